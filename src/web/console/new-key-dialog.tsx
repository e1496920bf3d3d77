import { useState } from "react";
import { useSession } from "../app/queries.ts";
import { CopyButton } from "../components/copy-button.tsx";
import { FaultNote } from "../components/fault-note.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { ChoiceField, TextField } from "./parts/form.tsx";
import { useAdmin } from "./parts/use-admin.ts";
import { useWorkspaces } from "./parts/use-scope-names.ts";

const SCOPES = [
  ["inference", "keys.inference"],
  ["jobs", "keys.jobs"],
  ["agents", "keys.agents"],
  ["billing:read", "keys.billing"],
  ["admin", "keys.admin"],
] as const;

interface NewKeyDialogProps {
  readonly onMade: () => void;
  readonly onClose: () => void;
}

/** Makes a key, shows it once, and how to try it. */
export function NewKeyDialog({ onMade, onClose }: NewKeyDialogProps) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const { data: user } = useSession();
  const { data: workspaces = [] } = useWorkspaces();
  const [workspace, setWorkspace] = useState<string>();
  const [expires, setExpires] = useState("");
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(["inference"]);
  const [secret, setSecret] = useState<string>();
  const [fault, setFault] = useState<unknown>();
  const create = async () => {
    try {
      const made = await admin.createKey({
        name: name.trim(),
        scopes,
        ...(workspace === undefined ? {} : { workspace_id: workspace }),
        ...(expires === "" ? {} : { expires_at: `${expires}T23:59:59Z` }),
      });
      setSecret(made.key);
      onMade();
    } catch (error) {
      setFault(error);
    }
  };
  const toggle = (scope: string) =>
    setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]);
  return (
    <Dialog title={t("keys.new")} isOpen onClose={onClose}>
      {secret === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void create();
          }}
        >
          <label className="block text-sm">
            {t("keys.name")}
            <input
              className="field mt-1"
              value={name}
              maxLength={200}
              autoFocus
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <fieldset className="mt-4">
            <legend className="mb-1 text-sm">{t("keys.scopes")}</legend>
            {SCOPES.map(([scope, label]) => (
              <label key={scope} className="flex min-h-9 items-center gap-2 text-sm pointer-coarse:min-h-11">
                <input
                  type="checkbox"
                  className="size-4"
                  checked={scopes.includes(scope)}
                  onChange={() => toggle(scope)}
                />
                {t(label)}
              </label>
            ))}
          </fieldset>
          <div className="mt-4 grid gap-3 sm:grid-cols-2">
            {workspaces.length > 1 && (
              <ChoiceField
                label={t("keys.workspace")}
                value={workspace ?? user?.workspaceId ?? workspaces[0]!.id}
                options={workspaces.map((it) => [it.id, it.name])}
                onChange={setWorkspace}
              />
            )}
            <TextField label={t("keys.expiry")} type="date" value={expires} onChange={setExpires} />
          </div>
          <p role="alert" className="min-h-6 text-[13px] text-danger">
            <FaultNote words={words} error={fault} />
          </p>
          <div className="flex justify-end">
            <button
              type="submit"
              className="button button-primary"
              disabled={name.trim() === "" || scopes.length === 0}
            >
              {t("keys.create")}
            </button>
          </div>
        </form>
      ) : (
        <>
          <p className="mb-2 text-sm text-warn">{t("keys.once")}</p>
          <CopyLine label={t("keys.name")} text={secret} />
          <p className="mt-4 mb-1 text-sm">{t("keys.try")}</p>
          <CopyLine
            label={t("keys.try")}
            text={`curl ${location.origin}/v1/models -H "Authorization: Bearer ${secret}"`}
          />
          <div className="mt-4 flex justify-end">
            <button type="button" className="button button-primary" onClick={onClose}>
              {t("keys.done")}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function CopyLine({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="flex items-center gap-1">
      <input readOnly aria-label={label} value={text} className="field font-mono text-[13px]" />
      <CopyButton text={text} />
    </div>
  );
}
