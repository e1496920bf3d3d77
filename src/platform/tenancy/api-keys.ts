import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import type { Caller, Scope } from "./caller.ts";
import { SCOPES } from "./caller.ts";
import { hashKey, makeKeySecret, visiblePrefix } from "./key-secret.ts";

/** A key as it may be shown: everything but the key. */
export interface ApiKey {
  readonly id: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly name: string;
  /** Its first characters, to recognise it by. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** Models it may use; undefined: all. */
  readonly models: readonly string[] | undefined;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** To the minute. */
  readonly lastUsedAt: Date | undefined;
}

export interface NewApiKey {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly models?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
}

interface Row {
  id: string;
  organization_id: string;
  workspace_id: string;
  name: string;
  prefix: string;
  hash: Buffer;
  scopes: Scope[];
  models: string[] | null;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

interface ApiKeysParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Secret that the stored hashes depend on; see `loadPepper`. */
  readonly pepper: Buffer;
}

/** Making, listing and revoking API keys. Every change is in the audit log. */
export class ApiKeys {
  readonly #parts: ApiKeysParts;
  readonly #onChange: (() => void)[] = [];

  constructor(parts: ApiKeysParts) {
    this.#parts = parts;
  }

  /** Calls `listener` after any key has changed here. */
  onChange(listener: () => void): void {
    this.#onChange.push(listener);
  }

  /** Makes a key. `secret` is the key itself, returned this once and stored nowhere. */
  async create(wanted: NewApiKey, actor: string): Promise<{ key: ApiKey; secret: string }> {
    const secret = makeKeySecret();
    const key = await this.#parts.database.transaction(
      async (session) => await this.#insert(session, { ...wanted, text: secret.text, origin: "created", actor }),
    );
    this.#changed();
    return { key, secret: secret.text };
  }

  /**
   * Makes `text`, a key that the administrator chose, valid for everything in a workspace, and revokes the one chosen
   * before. Does nothing when it is already so.
   */
  async configure(text: string, place: { organizationId: string; workspaceId: string }): Promise<void> {
    const { database, clock, pepper } = this.#parts;
    const hash = hashKey(pepper, text);
    await database.transaction(async (session) => {
      const current = await session.query<Row>(
        "select * from api_key where origin = 'configured' and revoked_at is null order by id for update",
      );
      if (current.length === 1 && current[0]!.hash.equals(hash)) return;
      for (const row of current) await this.#revokeRow(session, row, "system");
      const revived = await session.query(
        "update api_key set revoked_at = null, created_at = $2 where hash = $1 and origin = 'configured' returning id",
        [hash, new Date(clock.nowMs())],
      );
      if (revived.length > 0) return;
      await this.#insert(session, {
        ...place,
        name: "configured key",
        scopes: SCOPES,
        text,
        origin: "configured",
        actor: "system",
      });
    });
    this.#changed();
  }

  /** Keys of an organisation, or of one workspace of it, newest first. */
  async list(organizationId: string, workspaceId?: string): Promise<ApiKey[]> {
    const rows = await this.#parts.database.query<Row>(
      "select * from api_key where organization_id = $1 and ($2::text is null or workspace_id::text = $2) order by id desc",
      [organizationId, workspaceId ?? null],
    );
    return rows.map(toApiKey);
  }

  /** Revokes at once. Throws `not_found` when the organisation has no such key. Revoking twice is no error. */
  async revoke(organizationId: string, keyId: string, actor: string): Promise<ApiKey> {
    const key = await this.#parts.database.transaction(async (session) => {
      const [row] = await session.query<Row>(
        "select * from api_key where organization_id = $1 and id::text = $2 for update",
        [organizationId, keyId],
      );
      if (row === undefined) throw new TramontaneError("not_found", `No API key ${keyId} in this organization.`);
      return row.revoked_at === null ? await this.#revokeRow(session, row, actor) : toApiKey(row);
    });
    this.#changed();
    return key;
  }

  /** Who holds the key with this hash, when it is valid and its organisation active. For the authenticator. */
  async findCaller(hash: Buffer): Promise<{ caller: Caller; expiresAt: Date | undefined } | undefined> {
    const [row] = await this.#parts.database.query<Row>(
      `select api_key.* from api_key join organization on organization.id = organization_id
       where hash = $1 and revoked_at is null and status = 'active'`,
      [hash],
    );
    if (row === undefined) return undefined;
    const caller: Caller = {
      organizationId: row.organization_id,
      workspaceId: row.workspace_id,
      keyId: row.id,
      userId: undefined,
      scopes: new Set(row.scopes),
      models: row.models === null ? undefined : new Set(row.models),
    };
    return { caller, expiresAt: row.expires_at ?? undefined };
  }

  async recordUse(lastUse: ReadonlyMap<string, number>): Promise<void> {
    const ids = [...lastUse.keys()].toSorted();
    await this.#parts.database.query(
      `update api_key set last_used_at = greatest(last_used_at, used.at)
       from unnest($1::uuid[], $2::timestamptz[]) as used (id, at) where api_key.id = used.id`,
      [ids, ids.map((id) => new Date(lastUse.get(id)!))],
    );
  }

  async #insert(
    session: Queryable,
    key: NewApiKey & { text: string; origin: "created" | "configured"; actor: string },
  ): Promise<ApiKey> {
    const { clock, pepper, audit } = this.#parts;
    const nowMs = clock.nowMs();
    const [row] = await session.query<Row>(
      `insert into api_key (id, organization_id, workspace_id, name, prefix, hash, origin, scopes, models, created_by, created_at, expires_at)
       select $1, organization_id, id, $4, $5, $6, $7, $8, $9, $10, $11, $12 from workspace where organization_id = $2 and id::text = $3
       returning *`,
      [
        uuidv7(nowMs),
        key.organizationId,
        key.workspaceId,
        key.name,
        visiblePrefix(key.text),
        hashKey(pepper, key.text),
        key.origin,
        key.scopes,
        key.models ?? null,
        key.actor,
        new Date(nowMs),
        key.expiresAt ?? null,
      ],
    );
    if (row === undefined)
      throw new TramontaneError("not_found", `No workspace ${key.workspaceId} in this organization.`);
    await audit.append(session, {
      organizationId: key.organizationId,
      actor: key.actor,
      event: "api_key.create",
      target: `api_key:${row.id}`,
      details: {
        name: row.name,
        prefix: row.prefix,
        scopes: row.scopes,
        models: row.models,
        expiresAt: row.expires_at,
      },
    });
    return toApiKey(row);
  }

  async #revokeRow(session: Queryable, row: Row, actor: string): Promise<ApiKey> {
    const { clock, audit } = this.#parts;
    const [revoked] = await session.query<Row>("update api_key set revoked_at = $2 where id = $1 returning *", [
      row.id,
      new Date(clock.nowMs()),
    ]);
    const target = `api_key:${row.id}`;
    await audit.append(session, { organizationId: row.organization_id, actor, event: "api_key.revoke", target });
    return toApiKey(revoked!);
  }

  #changed(): void {
    for (const listener of this.#onChange) listener();
  }
}

function toApiKey(row: Row): ApiKey {
  return {
    id: row.id,
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    models: row.models ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
