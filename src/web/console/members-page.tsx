import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { ROLES } from "../app/admin-views.ts";
import type { MemberView, NewInvitation, Role } from "../app/admin-views.ts";
import { CopyButton } from "../components/copy-button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { FaultNote } from "../components/fault-note.tsx";
import { Icon } from "../components/icon.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { Invitations, INVITATIONS } from "./members/invitations.tsx";
import { Workspaces } from "./members/workspaces.tsx";
import { Card } from "./parts/card.tsx";
import { ChoiceField, FormDialog, TextField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Table } from "./parts/table.tsx";
import { useAdmin, useMay } from "./parts/use-admin.ts";
import { MEMBERS, useMembers } from "./parts/use-scope-names.ts";

const LAST_OWNER = { conflict: "members.lastOwner" } as const;

/** /console/members: who is here, in which role; and the workspaces. */
export function MembersPage() {
  const { t } = useConsoleWords();
  const [isInviting, setInviting] = useState(false);
  return (
    <>
      <PageHead title={t("console.members")} lead={t("members.lead")}>
        <button type="button" className="button button-primary" onClick={() => setInviting(true)}>
          <Icon name="plus" />
          {t("members.invite")}
        </button>
      </PageHead>
      <Members />
      <Invitations />
      <Workspaces />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}

function Members() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<MemberView>();
  const [fault, setFault] = useState<unknown>();
  const { data, error, refetch } = useMembers();
  const reload = () => queries.invalidateQueries({ queryKey: MEMBERS });
  const isOperator = useMay("operator");
  const change = async (work: () => Promise<MemberView>) => {
    setFault(undefined);
    try {
      await work();
    } catch (problem) {
      setFault(problem);
    }
    await reload();
  };
  return (
    <Card title={t("members.people")}>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      <p role="alert" className="text-sm text-danger">
        <FaultNote words={words} error={fault} known={LAST_OWNER} />
      </p>
      {data?.length === 0 && <p className="text-sm text-ink-2">{t("members.none")}</p>}
      {data !== undefined && data.length > 0 && (
        <Table
          label={t("members.people")}
          columns={[
            t("keys.name"),
            t("members.email"),
            t("members.role"),
            t("members.operator"),
            t("members.since"),
            "",
          ]}
          rows={data.map((member) => ({
            key: member.id,
            cells: [
              member.name,
              member.email,
              <ChoiceField
                key="role"
                label={t("members.roleOf", { name: member.name })}
                isBare
                value={member.role}
                options={ROLES.map((role) => [role, t(`members.${role}`)])}
                onChange={(role) => void change(() => admin.setRole(member.id, role))}
              />,
              <input
                key="operator"
                type="checkbox"
                className="size-4"
                aria-label={t("members.operatorOf", { name: member.name })}
                title={t("members.operatorMay")}
                checked={member.operator}
                disabled={!isOperator}
                onChange={(event) => void change(() => admin.setOperator(member.id, event.target.checked))}
              />,
              words.date(Date.parse(member.since), { dateStyle: "medium" }),
              <button
                key="remove"
                type="button"
                className="button"
                aria-label={t("members.removeOf", { name: member.name })}
                onClick={() => setRemoving(member)}
              >
                {t("app.remove")}
              </button>,
            ],
          }))}
        />
      )}
      {removing && (
        <FormDialog
          title={t("members.removeTitle")}
          submit={t("app.remove")}
          isDanger
          known={LAST_OWNER}
          onSubmit={() => admin.removeMember(removing.id).then(reload)}
          onClose={() => setRemoving(undefined)}
        >
          <p className="text-sm text-ink-2">{t("members.removeText", { name: removing.name })}</p>
        </FormDialog>
      )}
    </Card>
  );
}

function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [made, setMade] = useState<NewInvitation>();
  if (made) {
    const link = `${location.origin}/login#invitation=${made.token}`;
    const until = words.date(Date.parse(made.expires_at), { dateStyle: "long" });
    return (
      <Dialog title={t("members.invited", { email: made.email })} isOpen onClose={onClose}>
        <p className="mb-2 text-sm text-warn">{t("members.once", { date: until })}</p>
        <div className="flex items-center gap-1">
          <input readOnly aria-label={t("members.link")} value={link} className="field font-mono text-[13px]" />
          <CopyButton text={link} />
        </div>
        <div className="mt-4 flex justify-end">
          <button type="button" className="button button-primary" onClick={onClose}>
            {t("keys.done")}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("members.invite")}
      submit={t("members.makeLink")}
      isReady={/^\S+@\S+$/.test(email)}
      staysOpen
      onSubmit={async () => {
        setMade(await admin.invite(email, role));
        await queries.invalidateQueries({ queryKey: INVITATIONS });
      }}
      onClose={onClose}
    >
      <TextField label={t("members.email")} type="email" autoFocus value={email} onChange={setEmail} />
      <ChoiceField
        label={t("members.role")}
        value={role}
        options={ROLES.map((name) => [name, `${t(`members.${name}`)}: ${t(`members.${name}May`)}`])}
        onChange={setRole}
      />
    </FormDialog>
  );
}
