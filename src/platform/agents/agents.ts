import { randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { CreateAgent, UpdateAgent } from "#protocol";
import type { Database } from "../storage/database.ts";
import { actorOf, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";

/** What one version of an agent is. */
export type AgentDefinition = CreateAgent;

interface AgentRow {
  readonly id: string;
  readonly owner: string;
  readonly version: number;
  readonly deployment_chat: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly definition: string;
  readonly shown: number;
  readonly versions: readonly number[];
}

interface AliasRow {
  readonly alias: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A name for one version of an agent, as the wire shows it. */
export interface AgentAlias {
  readonly alias: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** An agent as the wire shows it. */
export type AgentObject = AgentDefinition & {
  readonly object: "agent";
  readonly id: string;
  readonly version: number;
  readonly versions: readonly number[];
  readonly [field: string]: unknown;
};

const SELECT = `select a.*, v.definition, v.version as shown,
  (select array_agg(version order by version) from agent_version where agent_id = a.id) as versions
  from agent a join agent_version v on v.agent_id = a.id`;

/** A workspace's agents; each change makes a version. Every method needs the scope `agents`. */
export class Agents {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  async create(caller: Caller, definition: CreateAgent): Promise<AgentObject> {
    requireScope(caller, "agents");
    const id = `ag_${randomBytes(16).toString("hex")}`;
    const now = new Date(this.#clock.nowMs());
    await this.#database.transaction(async (session) => {
      await session.query("insert into agent values ($1, $2, $3, $4, 0, false, $5, $5)", [
        id,
        caller.organizationId,
        caller.workspaceId,
        actorOf(caller),
        now,
      ]);
      await session.query("insert into agent_version values ($1, 0, $2, $3)", [id, JSON.stringify(definition), now]);
    });
    return await this.get(caller, id);
  }

  /** The current version, a numbered one, or the one an alias names. Errors: `not_found`. */
  async get(caller: Caller, id: string, version?: number | string): Promise<AgentObject> {
    return view(await this.#row(caller, id, version));
  }

  async list(caller: Caller, page: { readonly offset: number; readonly limit: number }): Promise<AgentObject[]> {
    requireScope(caller, "agents");
    const rows = await this.#database.query<AgentRow>(
      `${SELECT} and v.version = a.version where a.workspace_id = $1 order by a.created_at desc, a.id desc limit $2 offset $3`,
      [caller.workspaceId, page.limit, page.offset],
    );
    return rows.map(view);
  }

  /** Newest first. Errors: `not_found`. */
  async versions(caller: Caller, id: string): Promise<AgentObject[]> {
    await this.#row(caller, id);
    const rows = await this.#database.query<AgentRow>(`${SELECT} where a.id = $1 order by v.version desc`, [id]);
    return rows.map(view);
  }

  /** Makes a new version with the fields given changed. Errors: `not_found`. */
  async update(caller: Caller, id: string, change: UpdateAgent): Promise<AgentObject> {
    const row = await this.#row(caller, id);
    const { deployment_chat: inChat, ...fields } = change;
    const kept = JSON.parse(row.definition) as AgentDefinition;
    const { version_message: _, ...base } = kept;
    const given = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
    );
    const now = new Date(this.#clock.nowMs());
    await this.#database.transaction(async (session) => {
      await session.query("select 1 from agent where id = $1 for update", [id]);
      const [last] = await session.query<{ version: number }>(
        "select max(version) + 1 as version from agent_version where agent_id = $1",
        [id],
      );
      const definition = JSON.stringify({ ...base, ...given });
      await session.query("insert into agent_version values ($1, $2, $3, $4)", [id, last!.version, definition, now]);
      await session.query(
        "update agent set version = $2, updated_at = $3, deployment_chat = coalesce($4, deployment_chat) where id = $1",
        [id, last!.version, now, inChat ?? null],
      );
    });
    return await this.get(caller, id);
  }

  /** Makes an earlier version the current one. Errors: `not_found`. */
  async useVersion(caller: Caller, id: string, version: number): Promise<AgentObject> {
    await this.#row(caller, id, version);
    const now = new Date(this.#clock.nowMs());
    await this.#database.query("update agent set version = $2, updated_at = $3 where id = $1", [id, version, now]);
    return await this.get(caller, id);
  }

  /** Gives a version a name, in place of the one that had it. Errors: `not_found` for the version. */
  async setAlias(caller: Caller, id: string, named: { alias: string; version: number }): Promise<AgentAlias> {
    await this.#row(caller, id, named.version);
    const [row] = await this.#database.query<AliasRow>(
      `insert into agent_alias values ($1, $2, $3, $4, $4)
       on conflict (agent_id, alias) do update set version = excluded.version, updated_at = excluded.updated_at returning *`,
      [id, named.alias, named.version, new Date(this.#clock.nowMs())],
    );
    return viewAlias(row!);
  }

  /** By name. Errors: `not_found`. */
  async aliases(caller: Caller, id: string): Promise<AgentAlias[]> {
    await this.#row(caller, id);
    const sql = "select * from agent_alias where agent_id = $1 order by alias";
    return (await this.#database.query<AliasRow>(sql, [id])).map(viewAlias);
  }

  /** Errors: `not_found`. */
  async removeAlias(caller: Caller, id: string, alias: string): Promise<void> {
    await this.#row(caller, id);
    const sql = "delete from agent_alias where agent_id = $1 and alias = $2 returning alias";
    const removed = await this.#database.query(sql, [id, alias.replaceAll("\u0000", "")]);
    if (removed.length > 0) return;
    throw new TramontaneError("not_found", `This agent has no alias ${alias.slice(0, 64)}`, { field: "alias" });
  }

  /** Errors: `not_found`. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#row(caller, id);
    await this.#database.query("delete from agent where id = $1", [id]);
  }

  async #row(caller: Caller, id: string, wanted?: number | string): Promise<AgentRow> {
    requireScope(caller, "agents");
    const version = typeof wanted === "string" && /^\d{1,9}$/.test(wanted) ? Number(wanted) : wanted;
    const alias = typeof version === "string" ? version.replaceAll("\u0000", "") : null;
    const [row] = await this.#database.query<AgentRow>(
      `${SELECT} and v.version = case when $4::text is not null
           then (select version from agent_alias where agent_id = a.id and alias = $4)
           else coalesce($3::int, a.version) end
       where a.workspace_id = $1 and a.id = $2`,
      [caller.workspaceId, id.replaceAll("\u0000", ""), alias === null ? (version ?? null) : null, alias],
    );
    if (row) return row;
    const what =
      version === undefined
        ? `No agent has the id ${id.slice(0, 64)}`
        : `This agent has no version ${String(version).slice(0, 64)}`;
    throw new TramontaneError("not_found", what, { field: "agent_id" });
  }
}

function viewAlias({ alias, version, created_at, updated_at }: AliasRow): AgentAlias {
  return { alias, version, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

function view(row: AgentRow): AgentObject {
  const { tools, completion_args: args, ...rest } = JSON.parse(row.definition) as AgentDefinition;
  return {
    ...rest,
    tools: tools ?? [],
    completion_args: args ?? {},
    object: "agent",
    id: row.id,
    version: row.shown,
    versions: row.versions,
    owner_id: row.owner,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    deployment_chat: row.deployment_chat,
    source: "api",
  };
}
