import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { KeyView } from "../app/admin-api.ts";
import { AdminApi } from "../app/admin-api.ts";
import { useServices, useWords } from "../app/services.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Icon } from "../components/icon.tsx";
import { NewKeyDialog } from "./new-key-dialog.tsx";
import { PageState, PageTitle } from "./page-state.tsx";

const KEYS = ["admin", "keys"] as const;

/** /console/keys: the keys of the organisation; a key itself is shown once, when it is made. */
export function KeysPage() {
  const { api } = useServices();
  const { t } = useWords();
  const admin = new AdminApi(api.call);
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: KEYS, queryFn: async () => (await admin.keys()).data });
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyView>();
  const reload = () => void queries.invalidateQueries({ queryKey: KEYS });
  const revoke = async (key: KeyView) => {
    await admin.revokeKey(key.id);
    setRevoking(undefined);
    reload();
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <PageTitle>{t("console.keys")}</PageTitle>
        <button type="button" className="button button-primary" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {t("keys.new")}
        </button>
      </div>
      <p className="text-ink-2">{t("keys.lead")}</p>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      <ul className="flex flex-col gap-2">
        {data?.map((key) => (
          <KeyRow key={key.id} view={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      {isMaking && <NewKeyDialog admin={admin} onMade={reload} onClose={() => setMaking(false)} />}
      {revoking && (
        <Dialog title={t("keys.revokeTitle")} isOpen isAlert onClose={() => setRevoking(undefined)}>
          <p className="text-sm text-ink-2">{t("keys.revokeText", { name: revoking.name })}</p>
          <div className="mt-4 flex justify-end gap-2">
            <button type="button" className="button" autoFocus onClick={() => setRevoking(undefined)}>
              {t("app.cancel")}
            </button>
            <button type="button" className="button button-danger" onClick={() => void revoke(revoking)}>
              {t("keys.revoke")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function KeyRow({ view, onRevoke }: { readonly view: KeyView; readonly onRevoke: () => void }) {
  const words = useWords();
  const { t } = words;
  const day = (at: string) => words.date(Date.parse(at), { dateStyle: "medium" });
  const isRevoked = view.revoked_at !== null;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{view.name}</p>
        <p className="num text-[13px] text-ink-2">
          <span className="font-mono text-xs">{view.prefix}…</span> · {t("keys.created")} {day(view.created_at)} ·{" "}
          {t("keys.used")} {view.last_used_at === null ? t("keys.never") : day(view.last_used_at)}
        </p>
        <p className="font-mono text-xs text-ink-3">{view.scopes.join(" ")}</p>
      </div>
      {isRevoked ? (
        <span className="rounded-sm bg-danger-soft px-2 py-0.5 text-xs text-danger">{t("keys.revoked")}</span>
      ) : (
        <button type="button" className="button" onClick={onRevoke}>
          {t("keys.revoke")}
        </button>
      )}
    </li>
  );
}
