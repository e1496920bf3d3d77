import { useEffect, useState } from "react";
import { Link } from "@tanstack/react-router";
import { Icon } from "../components/icon.tsx";
import { useSession } from "./queries.ts";
import { useServices, useWords } from "./services.tsx";
import { enterWorkspace, followMoves, useMyWorkspaces } from "./workspaces.ts";

/** A plain popover of the browser: the shell stays small, menus come with the pages that need them. */
export function AccountMenu() {
  const { api } = useServices();
  const { t } = useWords();
  const [hasOpened, setOpened] = useState(false);
  useEffect(followMoves, []);
  const signOut = async () => {
    await api.signOut();
    // A new page: nothing of the old session stays in memory.
    location.assign("/login");
  };
  const close = () => document.querySelector<HTMLElement>("#account")?.hidePopover();
  return (
    <>
      <button type="button" className="icon-button" aria-label={t("app.account")} popoverTarget="account">
        <Icon name="user" />
      </button>
      <div
        id="account"
        popover="auto"
        className="popover fixed top-12 right-2 left-auto m-0 max-w-72 min-w-52 text-ink"
        onToggle={() => setOpened(true)}
      >
        {hasOpened && <Workspaces />}
        <Link to="/settings" className="menu-item hover:bg-accent-soft" onClick={close}>
          <Icon name="gear" size={16} />
          {t("app.settings")}
        </Link>
        <button type="button" className="menu-item w-full hover:bg-accent-soft" onClick={() => void signOut()}>
          <Icon name="out" size={16} />
          {t("app.signOut")}
        </button>
      </div>
    </>
  );
}

/** Who one is and in which workspace; the others that one may enter. */
function Workspaces() {
  const { api } = useServices();
  const { t } = useWords();
  const { data: user } = useSession();
  const { data: workspaces = [], refetch } = useMyWorkspaces();
  const organizations = new Set(workspaces.map(({ organizationId }) => organizationId)).size;
  // One that is closed to us since is gone from the list.
  const enter = (id: string) => void enterWorkspace(api, id).catch(() => refetch());
  return (
    <section aria-label={t("app.workspace")} className="mb-1 border-b border-line pb-1">
      <p className="px-2.5 pt-1.5 text-sm font-semibold wrap-anywhere">{user?.name}</p>
      {workspaces.length < 2 ? (
        <p className="px-2.5 pb-1 text-[13px] text-ink-2 wrap-anywhere">{user?.workspaceName}</p>
      ) : (
        <ul aria-label={t("app.workspace")} className="max-h-[50dvh] overflow-y-auto">
          {workspaces.map(({ id, name, organizationName }) => {
            const isHere = id === user?.workspaceId;
            return (
              <li key={id}>
                <button
                  type="button"
                  className="menu-item w-full text-left hover:bg-accent-soft"
                  aria-current={isHere}
                  onClick={() => isHere || enter(id)}
                >
                  <span className="size-4 shrink-0">{isHere && <Icon name="check" size={16} />}</span>
                  <span className="min-w-0">
                    <span className="block truncate">{name}</span>
                    {organizations > 1 && <span className="block truncate text-xs text-ink-3">{organizationName}</span>}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
