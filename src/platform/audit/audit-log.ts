import { createHash } from "node:crypto";
import type { Clock } from "#base";
import type { Database, Queryable } from "../storage/database.ts";

/** What somebody did to an organisation's settings. Never holds prompts or secrets. */
export interface AuditEntry {
  readonly organizationId: string;
  /** Who: `key:ID`, `user:ID`, or `system`. */
  readonly actor: string;
  /** What, as `noun.verb`, such as `api_key.create`. */
  readonly event: string;
  /** On what, as `noun:ID`. */
  readonly target: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends Required<AuditEntry> {
  /** 1, 2, 3 … per organisation, without gaps. */
  readonly sequence: bigint;
  readonly at: Date;
  /** Lower-case hexadecimal SHA-256 over the previous hash and this record. */
  readonly hash: string;
}

export type AuditVerdict =
  | { readonly intact: true; readonly records: bigint; readonly headHash: string }
  | { readonly intact: false; readonly brokenAt: bigint };

interface Row {
  organization_id: string;
  sequence: bigint;
  at: Date;
  actor: string;
  event: string;
  target: string;
  details: string;
  hash: Buffer;
}

const GENESIS = Buffer.alloc(32);

/**
 * An append-only log per organisation, each record hashed over its predecessor: a changed, removed or inserted record breaks
 * every hash after it, and a cut tail disagrees with the head. An exported head hash pins everything before it.
 */
export class AuditLog {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(parts: { readonly database: Database; readonly clock: Clock }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
  }

  /** Appends within the caller's transaction, so that no change is kept without its record, nor a record without its change. */
  async append(session: Queryable, entry: AuditEntry): Promise<void> {
    const { organizationId } = entry;
    await session.query("insert into audit_head values ($1, 0, $2) on conflict do nothing", [organizationId, GENESIS]);
    const [head] = await session.query<{ sequence: bigint; hash: Buffer }>(
      "select sequence, hash from audit_head where organization_id = $1 for update",
      [organizationId],
    );
    const record = {
      organization_id: organizationId,
      sequence: head!.sequence + 1n,
      at: new Date(this.#clock.nowMs()),
      actor: entry.actor,
      event: entry.event,
      target: entry.target,
      details: JSON.stringify(entry.details ?? {}),
    };
    const hash = hashRecord(head!.hash, record);
    const fields = [record.sequence, record.at, record.actor, record.event, record.target, record.details];
    await session.query("insert into audit_event values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
      organizationId,
      ...fields,
      head!.hash,
      hash,
    ]);
    const advance = "update audit_head set sequence = $2, hash = $3 where organization_id = $1";
    await session.query(advance, [organizationId, record.sequence, hash]);
  }

  /** Records after `after`, oldest first. */
  async read(organizationId: string, after = 0n, limit = 1000): Promise<AuditRecord[]> {
    return (await this.#rows(organizationId, after, limit)).map((row) => ({
      organizationId: row.organization_id,
      sequence: row.sequence,
      at: row.at,
      actor: row.actor,
      event: row.event,
      target: row.target,
      details: JSON.parse(row.details) as Record<string, unknown>,
      hash: row.hash.toString("hex"),
    }));
  }

  /** Recomputes the whole chain of one organisation. */
  async verify(organizationId: string): Promise<AuditVerdict> {
    let previous: Buffer = GENESIS;
    let sequence = 0n;
    for (;;) {
      const rows = await this.#rows(organizationId, sequence, 1000);
      for (const row of rows) {
        sequence += 1n;
        if (row.sequence !== sequence || !hashRecord(previous, row).equals(row.hash))
          return { intact: false, brokenAt: sequence };
        previous = row.hash;
      }
      if (rows.length < 1000) break;
    }
    const [head] = await this.#database.query<{ sequence: bigint; hash: Buffer }>(
      "select sequence, hash from audit_head where organization_id = $1",
      [organizationId],
    );
    const expected = head ?? { sequence: 0n, hash: GENESIS };
    if (expected.sequence !== sequence || !expected.hash.equals(previous))
      return { intact: false, brokenAt: sequence + 1n };
    return { intact: true, records: sequence, headHash: previous.toString("hex") };
  }

  async #rows(organizationId: string, after: bigint, limit: number): Promise<Row[]> {
    return await this.#database.query<Row>(
      `select organization_id, sequence, at, actor, event, target, details, hash from audit_event
       where organization_id = $1 and sequence > $2 order by sequence limit $3`,
      [organizationId, after, limit],
    );
  }
}

/** Fields are hashed as one JSON array, so that no two records share a text. */
function hashRecord(previous: Buffer, record: Omit<Row, "hash">): Buffer {
  const { organization_id, sequence, at, actor, event, target, details } = record;
  const text = JSON.stringify([organization_id, String(sequence), at.toISOString(), actor, event, target, details]);
  return createHash("sha256").update(previous).update(text).digest();
}
