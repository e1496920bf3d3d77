import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useConsoleWords } from "../console-words.tsx";
import { Card } from "../parts/card.tsx";
import { Table } from "../parts/table.tsx";
import { useAdmin } from "../parts/use-admin.ts";

export const INVITATIONS = ["admin", "invitations"] as const;

/** Who is invited and has not come yet; an invitation can be taken back. */
export function Invitations() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const { data = [] } = useQuery({ queryKey: INVITATIONS, queryFn: () => admin.invitations() });
  if (data.length === 0) return null;
  const withdraw = async (id: string) => {
    await admin.withdrawInvitation(id).catch(() => {});
    // Somebody may have accepted or withdrawn it meanwhile: what is so now is shown.
    await queries.invalidateQueries({ queryKey: INVITATIONS });
  };
  return (
    <Card title={t("members.invitations")}>
      <Table
        label={t("members.invitations")}
        columns={[t("members.email"), t("members.role"), t("members.until"), ""]}
        rows={data.map(({ id, email, role, expires_at: expiresAt }) => ({
          key: id,
          cells: [
            email,
            t(`members.${role}`),
            words.date(Date.parse(expiresAt), { dateStyle: "medium" }),
            <button
              key="withdraw"
              type="button"
              className="button"
              aria-label={t("members.withdrawOf", { email })}
              onClick={() => void withdraw(id)}
            >
              {t("members.withdraw")}
            </button>,
          ],
        }))}
      />
    </Card>
  );
}
