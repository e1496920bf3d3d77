import type { Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import type { Pico } from "./money.ts";

/**
 * The accounts of an organisation. Debits are positive, so what it owes us and what it has used are positive, and what we owe
 * it (`credit`) and have earned (`revenue`) are negative. See billing/README.md.
 */
export type AccountKind =
  | "unbilled_usage"
  | "revenue"
  | "credit"
  | "promotion"
  | "receivable"
  | "breakage"
  | "rounding";

export interface Entry {
  readonly account: AccountKind;
  /** Which credit grant, for `credit`. */
  readonly reference?: string;
  readonly amount: Pico;
}

export interface Posting {
  readonly organizationId: string;
  /** The same key is posted once, however often it is tried. */
  readonly idempotencyKey: string;
  readonly reason: "usage" | "draw" | "grant" | "expiry" | "invoice";
  /** For usage and draws: the last usage event they cover. */
  readonly throughSequence?: bigint;
  readonly at: Date;
  readonly entries: readonly Entry[];
}

/**
 * Posts one transaction of the journal and moves the balances of its accounts. Entries sum to zero: the database refuses
 * others. Call it with the organisation locked. Returns false when the key has been posted before.
 */
export async function post(session: Queryable, posting: Posting): Promise<boolean> {
  const { organizationId, idempotencyKey, reason, throughSequence, at } = posting;
  const entries = posting.entries.filter(({ amount }) => amount !== 0n);
  const id = uuidv7(at.getTime());
  const inserted = await session.query(
    `insert into journal_transaction values ($1, $2, $3, $4, $5, $6) on conflict (organization_id, idempotency_key) do nothing returning id`,
    [id, organizationId, idempotencyKey, reason, throughSequence ?? null, at],
  );
  if (inserted.length === 0) return false;
  for (const { account, reference, amount } of entries) {
    await session.query(
      `with moved as (
         insert into account as a values ($1, $2, $3, $4, $5::numeric)
         on conflict (organization_id, kind, reference) do update set balance = a.balance + excluded.balance returning id
       ) insert into journal_entry select $6, id, $5::numeric from moved`,
      [uuidv7(at.getTime()), organizationId, account, reference ?? null, amount, id],
    );
  }
  return true;
}

/** Balance of an account; 0 when it has never been used. */
export async function balanceOf(
  session: Queryable,
  account: { readonly organizationId: string; readonly kind: AccountKind; readonly reference?: string },
): Promise<Pico> {
  const [row] = await session.query<{ balance: string }>(
    "select balance from account where organization_id = $1 and kind = $2 and reference is not distinct from $3",
    [account.organizationId, account.kind, account.reference ?? null],
  );
  return BigInt(row?.balance ?? 0);
}
