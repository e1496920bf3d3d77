import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AppWorkspace } from "#protocol";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import type { Member } from "./members.ts";

interface WorkspaceMembersParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/**
 * Whether the member `m` may enter the workspace `w` of their organisation, as SQL: its first one is everybody's, all are open to
 * those who administer it, and any other to those who were put into it.
 */
export const MAY_ENTER = `(w.archived_at is null and (m.role in ('owner', 'admin')
  or w.id = (select f.id from workspace f where f.organization_id = w.organization_id and f.archived_at is null
    order by f.id limit 1)
  or exists (select 1 from workspace_member x where x.workspace_id = w.id and x.user_id = m.user_id)))`;

/** Which workspaces people may work in. */
export class WorkspaceMembers {
  readonly #parts: WorkspaceMembersParts;

  constructor(parts: WorkspaceMembersParts) {
    this.#parts = parts;
  }

  /** Those that a person may enter, in all their organisations: the oldest membership first. */
  async openTo(userId: string): Promise<AppWorkspace[]> {
    return await this.#parts.database.query<AppWorkspace>(
      `select w.id, w.name, o.id as "organizationId", o.name as "organizationName"
       from membership m join organization o on o.id = m.organization_id and o.status = 'active'
       join workspace w on w.organization_id = o.id
       where m.user_id = $1 and ${MAY_ENTER} order by m.created_at, o.id, w.id`,
      [userId],
    );
  }

  /** Members that were put into a workspace; not those who may enter it anyway. Errors: `not_found`. */
  async list({ organizationId, workspaceId }: Place): Promise<Pick<Member, "userId" | "name" | "email">[]> {
    await this.#require({ organizationId, workspaceId });
    const rows = await this.#parts.database.query<{ user_id: string; name: string; email: string }>(
      `select x.user_id, u.name, u.email from workspace_member x join app_user u on u.id = x.user_id
       where x.organization_id = $1 and x.workspace_id::text = $2 order by u.email`,
      [organizationId, workspaceId],
    );
    return rows.map(({ user_id: userId, ...person }) => ({ userId, ...person }));
  }

  /** Puts a member of the organisation into one of its workspaces. Errors: `not_found` when either is not its own. */
  async add({ organizationId, workspaceId }: Place, userId: string, actor: string): Promise<void> {
    const { database, clock, audit } = this.#parts;
    await database.transaction(async (session) => {
      const [found] = await session.query(
        `insert into workspace_member
         select w.id, m.user_id, w.organization_id, $4 from workspace w join membership m on m.organization_id = w.organization_id
         where w.organization_id = $1 and w.id::text = $2 and m.user_id::text = $3
         on conflict (workspace_id, user_id) do update set user_id = excluded.user_id returning user_id`,
        [organizationId, workspaceId, userId, new Date(clock.nowMs())],
      );
      if (found === undefined) throw notFound(workspaceId, userId);
      const entry = { event: "workspace.add_member", target: `workspace:${workspaceId}`, details: { userId } };
      await audit.append(session, { organizationId, actor, ...entry });
    });
  }

  /** Takes a member out again: their sessions there end at once. Errors: `not_found`. */
  async remove({ organizationId, workspaceId }: Place, userId: string, actor: string): Promise<void> {
    const { database, audit } = this.#parts;
    await database.transaction(async (session) => {
      const [found] = await session.query(
        `delete from workspace_member
         where organization_id = $1 and workspace_id::text = $2 and user_id::text = $3 returning user_id`,
        [organizationId, workspaceId, userId],
      );
      if (found === undefined) throw notFound(workspaceId, userId);
      const entry = { event: "workspace.remove_member", target: `workspace:${workspaceId}`, details: { userId } };
      await audit.append(session, { organizationId, actor, ...entry });
    });
  }

  async #require({ organizationId, workspaceId }: Place): Promise<void> {
    const sql = "select 1 from workspace where organization_id = $1 and id::text = $2";
    if ((await this.#parts.database.query(sql, [organizationId, workspaceId])).length > 0) return;
    throw new TramontaneError("not_found", `No workspace ${workspaceId} in this organization.`);
  }
}

function notFound(workspaceId: string, userId: string): TramontaneError {
  return new TramontaneError("not_found", `No member ${userId} or workspace ${workspaceId} in this organization.`);
}
