import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { KeyView } from "../app/admin-views.ts";
import { Icon } from "../components/icon.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { NewKeyDialog } from "./new-key-dialog.tsx";
import { Badge } from "./parts/card.tsx";
import { FormDialog, TextField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { useAdmin, useCurrency, useMay } from "./parts/use-admin.ts";
import { KEYS, useKeys, useWorkspaces } from "./parts/use-scope-names.ts";
import { useWorkspaceChoice } from "./parts/workspace-choice.tsx";
import { dayOf } from "./usage-sums.ts";

/** /console/keys: the keys of the organisation; a key itself is shown once, when it is made. */
export function KeysPage() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const queries = useQueryClient();
  const { data, error, refetch } = useKeys();
  const [workspace, choice] = useWorkspaceChoice();
  const keys = data?.filter((key) => workspace === undefined || key.workspace_id === workspace);
  const spent = useSpentPerKey();
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyView>();
  const [typed, setTyped] = useState("");
  const reload = () => void queries.invalidateQueries({ queryKey: KEYS });
  const revoke = async (key: KeyView) => {
    await admin.revokeKey(key.id);
    setRevoking(undefined);
    reload();
  };
  return (
    <>
      <PageHead title={t("console.keys")} lead={t("keys.lead")}>
        {choice}
        <button type="button" className="button button-primary" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {t("keys.new")}
        </button>
      </PageHead>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      <ul className="flex flex-col gap-2">
        {keys?.map((key) => (
          <KeyRow
            key={key.id}
            view={key}
            spent={spent.get(key.id)}
            onRevoke={() => {
              setTyped("");
              setRevoking(key);
            }}
          />
        ))}
      </ul>
      {isMaking && <NewKeyDialog onMade={reload} onClose={() => setMaking(false)} />}
      {revoking && (
        <FormDialog
          title={t("keys.revokeTitle")}
          submit={t("keys.revoke")}
          isDanger
          isReady={typed.trim() === revoking.name}
          onSubmit={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        >
          <p className="mb-3 text-sm text-ink-2">{t("keys.revokeText", { name: revoking.name })}</p>
          <TextField
            label={t("keys.revokeName", { name: revoking.name })}
            autoFocus
            value={typed}
            onChange={setTyped}
          />
        </FormDialog>
      )}
    </>
  );
}

/** What each key has cost in the last thirty days. */
function useSpentPerKey(): ReadonlyMap<string, string> {
  const admin = useAdmin();
  const from = dayOf(Date.now() - 30 * 86_400_000);
  const { data = [] } = useQuery({
    queryKey: ["admin", "usage", from, "keys"],
    queryFn: () => admin.usage({ from, groupBy: "key" }),
    enabled: useMay("billing:read"),
  });
  return new Map(data.map(({ key, amount }) => [key ?? "", amount]));
}

interface KeyRowProps {
  readonly view: KeyView;
  readonly spent: string | undefined;
  readonly onRevoke: () => void;
}

function KeyRow({ view, spent, onRevoke }: KeyRowProps) {
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const { data: workspaces = [] } = useWorkspaces();
  const day = (at: string) => words.date(Date.parse(at), { dateStyle: "medium" });
  const workspace = workspaces.find(({ id }) => id === view.workspace_id)?.name;
  const facts = [
    workspace,
    `${t("keys.created")} ${day(view.created_at)}`,
    `${t("keys.used")} ${view.last_used_at === null ? t("keys.never") : day(view.last_used_at)}`,
    view.expires_at === null ? undefined : t("keys.expires", { date: day(view.expires_at) }),
    spent === undefined ? undefined : t("keys.spent", { amount: words.amount(spent, currency) }),
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{view.name}</p>
        <p className="num text-[13px] text-ink-2">
          <span className="font-mono text-xs">{view.prefix}…</span> · {facts.filter(Boolean).join(" · ")}
        </p>
        <p className="font-mono text-xs text-ink-3">{view.scopes.join(" ")}</p>
      </div>
      {view.revoked_at !== null ? (
        <Badge tone="danger">{t("keys.revoked")}</Badge>
      ) : (
        <button type="button" className="button" onClick={onRevoke}>
          {t("keys.revoke")}
        </button>
      )}
    </li>
  );
}
