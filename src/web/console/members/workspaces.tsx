import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { WorkspaceView } from "../../app/admin-views.ts";
import { MY_WORKSPACES } from "../../app/workspaces.ts";
import { Dialog } from "../../components/dialog.tsx";
import { FaultNote } from "../../components/fault-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { Card } from "../parts/card.tsx";
import { FormDialog, TextField } from "../parts/form.tsx";
import { useAdmin } from "../parts/use-admin.ts";
import { useMembers, useWorkspaces, WORKSPACES } from "../parts/use-scope-names.ts";

/** The workspaces, and who may enter them. */
export function Workspaces() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const queries = useQueryClient();
  const { data } = useWorkspaces();
  const [isMaking, setMaking] = useState(false);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<WorkspaceView>();
  return (
    <Card
      title={t("members.workspaces")}
      aside={
        <button type="button" className="button" onClick={() => setMaking(true)}>
          <Icon name="plus" size={16} />
          {t("members.newWorkspace")}
        </button>
      }
    >
      <ul className="flex flex-col gap-1 text-sm">
        {data?.map((workspace, index) => (
          <li key={workspace.id} className="flex min-h-9 items-center justify-between gap-3">
            <span className="truncate">{workspace.name}</span>
            {index === 0 ? (
              <span className="text-right text-ink-3">{t("members.everybody")}</span>
            ) : (
              <button
                type="button"
                className="button"
                aria-label={t("members.peopleIn", { name: workspace.name })}
                onClick={() => setChosen(workspace)}
              >
                {t("members.people")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {chosen && <PeopleDialog workspace={chosen} onClose={() => setChosen(undefined)} />}
      {isMaking && (
        <FormDialog
          title={t("members.newWorkspace")}
          submit={t("members.make")}
          isReady={name.trim() !== ""}
          onSubmit={async () => {
            await admin.createWorkspace(name.trim());
            setName("");
            await Promise.all([WORKSPACES, MY_WORKSPACES].map((queryKey) => queries.invalidateQueries({ queryKey })));
          }}
          onClose={() => setMaking(false)}
        >
          <TextField label={t("keys.name")} autoFocus maxLength={200} value={name} onChange={setName} />
        </FormDialog>
      )}
    </Card>
  );
}

interface PeopleDialogProps {
  readonly workspace: WorkspaceView;
  readonly onClose: () => void;
}

/** Who may enter a workspace: a mark for each member, which counts at once. */
function PeopleDialog({ workspace: { id, name }, onClose }: PeopleDialogProps) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const queryKey = [...WORKSPACES, id, "members"];
  const { data: members = [] } = useMembers();
  const { data: inside } = useQuery({ queryKey, queryFn: () => admin.workspaceMembers(id) });
  const [fault, setFault] = useState<unknown>();
  const change = async (member: string, isIn: boolean) => {
    setFault(undefined);
    await admin.setWorkspaceMember(id, member, isIn).catch(setFault);
    await queries.invalidateQueries({ queryKey });
  };
  return (
    <Dialog title={t("members.peopleIn", { name })} isOpen onClose={onClose}>
      <p className="mb-3 text-sm text-ink-2">{t("members.administratorsEnter")}</p>
      {members.length === 0 && <p className="text-sm text-ink-2">{t("members.none")}</p>}
      <ul className="flex flex-col text-sm">
        {members.map((member) => {
          const isAdministrator = member.role === "owner" || member.role === "admin";
          return (
            <li key={member.id}>
              <label className="flex min-h-9 items-center gap-3">
                <input
                  type="checkbox"
                  className="size-4 shrink-0"
                  checked={isAdministrator || inside?.some((it) => it.id === member.id) === true}
                  disabled={isAdministrator || !inside}
                  onChange={(event) => void change(member.id, event.target.checked)}
                />
                <span className="min-w-0 flex-1 truncate">
                  {member.name} <span className="text-ink-2">{member.email}</span>
                </span>
                <span className="text-ink-3">{t(`members.${member.role}`)}</span>
              </label>
            </li>
          );
        })}
      </ul>
      <p role="alert" className="min-h-5 text-[13px] text-danger">
        <FaultNote words={words} error={fault} />
      </p>
    </Dialog>
  );
}
