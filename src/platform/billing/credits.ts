import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import { lockOrganizations } from "../metering/write-usage.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { post } from "./ledger.ts";
import { formatMoney } from "./money.ts";
import type { Pico } from "./money.ts";
import { postUsage } from "./post-usage.ts";

/** Money paid or given in advance: usage is paid from it until it is used up or expires. */
export interface CreditGrant {
  readonly id: string;
  readonly organizationId: string;
  readonly amount: Pico;
  readonly remaining: Pico;
  readonly source: "purchase" | "promotion" | "shortfall";
  /** Lower goes first; among equals, what expires first. */
  readonly priority: number;
  readonly expiresAt: Date | undefined;
  readonly expiredAt: Date | undefined;
  readonly createdAt: Date;
}

export type NewCreditGrant = Pick<CreditGrant, "organizationId" | "amount" | "source" | "priority" | "expiresAt">;

interface Row {
  id: string;
  organization_id: string;
  amount: string;
  remaining: string;
  source: CreditGrant["source"];
  priority: number;
  expires_at: Date | null;
  expired_at: Date | null;
  created_at: Date;
}

interface CreditsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

const SELECT = `select g.*, -coalesce(a.balance, 0) as remaining from credit_grant g
  left join account a on a.organization_id = g.organization_id and a.kind = 'credit' and a.reference = g.id`;

/** Prepaid credit: granting, listing, expiring. It is drawn by `postUsage`. */
export class Credits {
  readonly #parts: CreditsParts;

  constructor(parts: CreditsParts) {
    this.#parts = parts;
  }

  async grant(wanted: NewCreditGrant, actor: string): Promise<CreditGrant> {
    const { database, clock, audit } = this.#parts;
    const { organizationId } = wanted;
    const now = new Date(clock.nowMs());
    return await database.transaction(async (session) => {
      await lockOrganizations(session, [wanted]);
      // What was used before is not paid from what came after.
      await postUsage(session, organizationId, now);
      const id = await insertGrant(session, wanted, now);
      const details = { amount: formatMoney(wanted.amount), source: wanted.source };
      await audit.append(session, { organizationId, actor, event: "credit.grant", target: `credit:${id}`, details });
      const [row] = await session.query<Row>(`${SELECT} where g.id = $1`, [id]);
      return toGrant(row!);
    });
  }

  /** Every grant of an organisation, in the order they are drawn. */
  async list(organizationId: string): Promise<CreditGrant[]> {
    const sql = `${SELECT} where g.organization_id = $1 order by g.priority, g.expires_at nulls last, g.id`;
    return (await this.#parts.database.query<Row>(sql, [organizationId])).map(toGrant);
  }
}

/** Writes a grant down: who paid for it owes its price, and it is ours to earn. Call it with the organisation locked. */
export async function insertGrant(session: Queryable, wanted: NewCreditGrant, now: Date): Promise<string> {
  const { organizationId, amount, source } = wanted;
  const id = uuidv7(now.getTime());
  await session.query(
    `insert into credit_grant (id, organization_id, amount, source, priority, expires_at, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, organizationId, amount, source, wanted.priority, wanted.expiresAt ?? null, now],
  );
  const reference = { account: "credit", reference: id } as const;
  await post(session, {
    organizationId,
    idempotencyKey: `grant:${id}`,
    reason: "grant",
    at: now,
    entries: [
      { account: source === "promotion" ? "promotion" : "receivable", amount },
      { ...reference, amount: -amount },
    ],
  });
  await session.query("update balance set credit = credit + $2::bigint where organization_id = $1", [
    organizationId,
    amount,
  ]);
  return id;
}

/** What is left of credit whose time has come is ours. Call it with the organisation locked and its usage posted. */
export async function expireCredits(session: Queryable, organizationId: string, now: Date): Promise<void> {
  const rows = await session.query<Row>(
    `${SELECT} where g.organization_id = $1 and g.expired_at is null and g.expires_at <= $2 order by g.priority, g.expires_at, g.id`,
    [organizationId, now],
  );
  for (const { id, remaining: text } of rows) {
    const remaining = BigInt(text);
    await session.query("update credit_grant set expired_at = $2 where id = $1", [id, now]);
    const entries = [
      { account: "credit", reference: id, amount: remaining },
      { account: "breakage", amount: -remaining },
    ] as const;
    await post(session, { organizationId, idempotencyKey: `expiry:${id}`, reason: "expiry", at: now, entries });
    await session.query("update balance set credit = credit - $2::bigint where organization_id = $1", [
      organizationId,
      remaining,
    ]);
  }
}

function toGrant(row: Row): CreditGrant {
  return {
    id: row.id,
    organizationId: row.organization_id,
    amount: BigInt(row.amount),
    remaining: BigInt(row.remaining),
    source: row.source,
    priority: row.priority,
    expiresAt: row.expires_at ?? undefined,
    expiredAt: row.expired_at ?? undefined,
    createdAt: row.created_at,
  };
}
