import { randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { PolicyDefinition, PolicyDraft, PolicyRule } from "#protocol";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { isUuid } from "../uuid.ts";

/** Whose policy, and who acts. */
export interface PolicyOwner {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly actor: string;
}

export interface PolicyVersion {
  readonly version: number;
  readonly definition: PolicyDefinition;
  readonly note: string | undefined;
  /** The version it brought back. */
  readonly repeats: number | undefined;
  readonly publishedAt: Date;
  readonly publishedBy: string;
}

export interface StoredPolicy {
  readonly draft: PolicyDefinition | undefined;
  readonly draftUpdatedAt: Date | undefined;
  readonly draftUpdatedBy: string | undefined;
  readonly published: PolicyVersion | undefined;
}

interface PolicyRow {
  readonly draft: string | null;
  readonly draft_updated_at: Date | null;
  readonly draft_updated_by: string | null;
  readonly published: number | null;
}

interface VersionRow {
  readonly version: number;
  readonly definition: string;
  readonly note: string | null;
  readonly repeats: number | null;
  readonly published_at: Date;
  readonly published_by: string;
}

export interface PolicyStoreParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

const FRESH_MS = 5000;

/** A workspace's policy: one draft, and numbered versions of which one is in force. */
export class PolicyStore {
  readonly #parts: PolicyStoreParts;
  readonly #inForce = new Map<string, { readonly version: PolicyVersion | undefined; readonly readAtMs: number }>();

  constructor(parts: PolicyStoreParts) {
    this.#parts = parts;
  }

  /** The version in force, at once when it was read lately; a change is seen at once here, and within 5 s by other processes. */
  inForce(workspaceId: string): PolicyVersion | undefined | Promise<PolicyVersion | undefined> {
    const known = this.#inForce.get(workspaceId);
    if (known && this.#parts.clock.monotonicMs() - known.readAtMs < FRESH_MS) return known.version;
    return this.#readInForce(workspaceId);
  }

  async #readInForce(workspaceId: string): Promise<PolicyVersion | undefined> {
    const readAtMs = this.#parts.clock.monotonicMs();
    const version = isUuid(workspaceId) ? (await this.read(workspaceId)).published : undefined;
    this.#inForce.set(workspaceId, { version, readAtMs });
    return version;
  }

  async read(workspaceId: string): Promise<StoredPolicy> {
    const { database } = this.#parts;
    const [row] = await database.query<PolicyRow>("select * from policy where workspace_id = $1", [workspaceId]);
    const published = row?.published ? await this.version(workspaceId, row.published) : undefined;
    return {
      draft: row?.draft ? parse(row.draft) : undefined,
      draftUpdatedAt: row?.draft_updated_at ?? undefined,
      draftUpdatedBy: row?.draft_updated_by ?? undefined,
      published,
    };
  }

  /** Errors: `not_found`. */
  async version(workspaceId: string, version: number): Promise<PolicyVersion> {
    const sql = "select * from policy_version where workspace_id = $1 and version = $2";
    const [row] = await this.#parts.database.query<VersionRow>(sql, [workspaceId, version]);
    if (row) return toVersion(row);
    throw new TramontaneError("not_found", `This policy has no version ${version}`, { field: "version" });
  }

  /** Newest first. */
  async versions(workspaceId: string): Promise<PolicyVersion[]> {
    const sql = "select * from policy_version where workspace_id = $1 order by version desc limit 1000";
    return (await this.#parts.database.query<VersionRow>(sql, [workspaceId])).map(toVersion);
  }

  /** Errors: `invalid_request` when two rules have the same id. */
  async saveDraft(owner: PolicyOwner, draft: PolicyDraft): Promise<void> {
    const definition = JSON.stringify(withIds(draft));
    await this.#change(owner, "policy.draft", async (session, now) => {
      await session.query(
        "update policy set draft = $2, draft_updated_at = $3, draft_updated_by = $4 where workspace_id = $1",
        [owner.workspaceId, definition, now, owner.actor],
      );
      return { rules: draft.rules.length };
    });
  }

  async discardDraft(owner: PolicyOwner): Promise<void> {
    await this.#change(owner, "policy.discard", async (session) => {
      const sql =
        "update policy set draft = null, draft_updated_at = null, draft_updated_by = null where workspace_id = $1";
      await session.query(sql, [owner.workspaceId]);
      return {};
    });
  }

  /** Puts the draft in force. Errors: `not_found` without a draft, `conflict` when `base` is not the version in force. */
  async publish(owner: PolicyOwner, options: { note: string | undefined; base: number | undefined }): Promise<void> {
    await this.#change(owner, "policy.publish", async (session, now, row) => {
      if (row.draft === null) throw new TramontaneError("not_found", "There is no draft to publish");
      if (options.base !== undefined && options.base !== (row.published ?? 0)) {
        const message = `Version ${row.published ?? 0} is in force, not ${options.base}`;
        throw new TramontaneError("conflict", message, { field: "base_version", hint: "Look at what changed first." });
      }
      const version = await addVersion(session, { owner, now, definition: row.draft, note: options.note });
      return { version };
    });
    this.#inForce.delete(owner.workspaceId);
  }

  /** Puts an earlier version in force again, as a new one. Errors: `not_found`. */
  async rollBack(
    owner: PolicyOwner,
    wanted: { readonly version: number; readonly note: string | undefined },
  ): Promise<void> {
    const { definition } = await this.version(owner.workspaceId, wanted.version);
    await this.#change(owner, "policy.roll_back", async (session, now) => {
      const text = JSON.stringify(definition);
      const made = { owner, now, definition: text, note: wanted.note, repeats: wanted.version };
      return { version: await addVersion(session, made), repeats: wanted.version };
    });
    this.#inForce.delete(owner.workspaceId);
  }

  async #change(
    { organizationId, workspaceId, actor }: PolicyOwner,
    event: string,
    work: (session: Queryable, now: Date, row: PolicyRow) => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    const { database, clock, audit } = this.#parts;
    const now = new Date(clock.nowMs());
    await database.transaction(async (session) => {
      const values = [workspaceId, organizationId];
      await session.query(
        "insert into policy (workspace_id, organization_id) values ($1, $2) on conflict do nothing",
        values,
      );
      const sql = "select * from policy where workspace_id = $1 for update";
      const [row] = await session.query<PolicyRow>(sql, [workspaceId]);
      const details = await work(session, now, row!);
      await audit.append(session, { organizationId, actor, event, target: `workspace:${workspaceId}`, details });
    });
  }
}

async function addVersion(
  session: Queryable,
  made: { owner: PolicyOwner; now: Date; definition: string; note: string | undefined; repeats?: number },
): Promise<number> {
  const { workspaceId, actor } = made.owner;
  const [row] = await session.query<{ version: number }>(
    `insert into policy_version
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4::int, $5::timestamptz, $6 from policy_version where workspace_id = $1
     returning version`,
    [workspaceId, made.definition, made.note ?? null, made.repeats ?? null, made.now, actor],
  );
  await session.query(
    `update policy set published = $2, draft = null, draft_updated_at = null, draft_updated_by = null
     where workspace_id = $1`,
    [workspaceId, row!.version],
  );
  return row!.version;
}

function withIds(draft: PolicyDraft): PolicyDefinition {
  const rules = draft.rules.map(({ id, ...rule }): PolicyRule => ({ id: id ?? newRuleId(), ...rule }));
  const twice = rules.find(({ id }, index) => rules.findIndex((other) => other.id === id) !== index);
  if (!twice) return { ...draft, rules };
  throw new TramontaneError("invalid_request", `Two rules have the id ${twice.id}`, { field: "rules" });
}

const newRuleId = (): string => `rule_${randomBytes(8).toString("hex")}`;

function toVersion(row: VersionRow): PolicyVersion {
  return {
    version: row.version,
    definition: parse(row.definition),
    note: row.note ?? undefined,
    repeats: row.repeats ?? undefined,
    publishedAt: row.published_at,
    publishedBy: row.published_by,
  };
}

function parse(text: string): PolicyDefinition {
  return JSON.parse(text) as PolicyDefinition;
}
