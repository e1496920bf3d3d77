import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import { isSqlState } from "../storage/database.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly status: "active" | "suspended";
  readonly createdAt: Date;
}

export interface Workspace {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly createdAt: Date;
}

interface OrganizationsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

const FIRST_LOCK = 0x7472_6170;

/** Organisations and their workspaces. */
export class Organizations {
  readonly #parts: OrganizationsParts;

  constructor(parts: OrganizationsParts) {
    this.#parts = parts;
  }

  /** The organisation that every installation starts with, and its first workspace; made on the first start. */
  async ensureFirst(): Promise<Workspace> {
    return await this.#parts.database.transaction(async (session) => {
      await session.query("select pg_advisory_xact_lock($1)", [FIRST_LOCK]);
      const [row] = await session.query<WorkspaceRow>("select * from workspace order by id limit 1");
      if (row !== undefined) return toWorkspace(row);
      const organization = await this.#insertOrganization(session, "Default organization", "system");
      return await this.#insertWorkspace(session, {
        organizationId: organization.id,
        name: "Default",
        actor: "system",
      });
    });
  }

  /** Makes an organisation with a workspace named `Default`. */
  async create(name: string, actor: string): Promise<{ organization: Organization; workspace: Workspace }> {
    return await this.#parts.database.transaction(async (session) => {
      const organization = await this.#insertOrganization(session, name, actor);
      const workspace = await this.#insertWorkspace(session, {
        organizationId: organization.id,
        name: "Default",
        actor,
      });
      return { organization, workspace };
    });
  }

  /** Throws `conflict` when the organisation has a workspace of that name. */
  async createWorkspace(wanted: { organizationId: string; name: string; actor: string }): Promise<Workspace> {
    try {
      return await this.#parts.database.transaction(async (session) => await this.#insertWorkspace(session, wanted));
    } catch (error) {
      if (!isSqlState(error, "23505")) throw error;
      throw new TramontaneError("conflict", `This organization already has a workspace named "${wanted.name}".`, {
        cause: error,
      });
    }
  }

  /** All of the installation, oldest first. */
  async list(): Promise<Organization[]> {
    const rows = await this.#parts.database.query<OrganizationRow>("select * from organization order by id");
    return rows.map(toOrganization);
  }

  async get(organizationId: string): Promise<Organization> {
    const sql = "select * from organization where id::text = $1";
    const [row] = await this.#parts.database.query<OrganizationRow>(sql, [organizationId]);
    if (row === undefined) throw new TramontaneError("not_found", `No organization ${organizationId}.`);
    return toOrganization(row);
  }

  async workspaces(organizationId: string): Promise<Workspace[]> {
    const rows = await this.#parts.database.query<WorkspaceRow>(
      "select * from workspace where organization_id = $1 and archived_at is null order by id",
      [organizationId],
    );
    return rows.map(toWorkspace);
  }

  /** A suspended organisation's keys stop working; nothing of it is deleted. */
  async setStatus(organizationId: string, status: Organization["status"], actor: string): Promise<void> {
    await this.#parts.database.transaction(async (session) => {
      await session.query("update organization set status = $2 where id = $1", [organizationId, status]);
      const target = `organization:${organizationId}`;
      await this.#parts.audit.append(session, { organizationId, actor, event: `organization.${status}`, target });
    });
  }

  async #insertOrganization(session: Queryable, name: string, actor: string): Promise<Organization> {
    const nowMs = this.#parts.clock.nowMs();
    const sql = "insert into organization (id, name, created_at) values ($1, $2, $3) returning *";
    const [row] = await session.query<OrganizationRow>(sql, [uuidv7(nowMs), name, new Date(nowMs)]);
    const organizationId = row!.id;
    const entry = { event: "organization.create", target: `organization:${organizationId}`, details: { name } };
    await this.#parts.audit.append(session, { organizationId, actor, ...entry });
    return toOrganization(row!);
  }

  async #insertWorkspace(
    session: Queryable,
    wanted: { organizationId: string; name: string; actor: string },
  ): Promise<Workspace> {
    const { organizationId, name, actor } = wanted;
    const nowMs = this.#parts.clock.nowMs();
    const sql = "insert into workspace (id, organization_id, name, created_at) values ($1, $2, $3, $4) returning *";
    const [row] = await session.query<WorkspaceRow>(sql, [uuidv7(nowMs), organizationId, name, new Date(nowMs)]);
    const entry = { event: "workspace.create", target: `workspace:${row!.id}`, details: { name } };
    await this.#parts.audit.append(session, { organizationId, actor, ...entry });
    return toWorkspace(row!);
  }
}

interface OrganizationRow {
  id: string;
  name: string;
  status: Organization["status"];
  created_at: Date;
}

interface WorkspaceRow {
  id: string;
  organization_id: string;
  name: string;
  created_at: Date;
}

const toOrganization = (row: OrganizationRow): Organization => ({
  id: row.id,
  name: row.name,
  status: row.status,
  createdAt: row.created_at,
});

const toWorkspace = (row: WorkspaceRow): Workspace => ({
  id: row.id,
  organizationId: row.organization_id,
  name: row.name,
  createdAt: row.created_at,
});
