import { monthOf } from "../metering/spending.ts";
import type { Queryable } from "../storage/database.ts";
import { post } from "./ledger.ts";
import type { Pico } from "./money.ts";

/** The first instant of the month after `month`. */
export function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
}

/** A month as invoices name it, such as `2024-02`. */
export function monthName(month: Date): string {
  return month.toISOString().slice(0, 7);
}

interface State {
  readonly sequence: bigint;
  readonly posted_sequence: bigint;
}

/**
 * Brings the journal up to date with an organisation's usage and draws its credit. Works in ranges of event numbers, which
 * are consecutive under the organisation's lock: nothing is posted twice or left out. A month that has ended is cut at its
 * last event first, once and for all. Call it with the organisation locked.
 */
export async function postUsage(session: Queryable, organizationId: string, now: Date): Promise<void> {
  for (const cut of await cutMonths(session, organizationId, now)) {
    await postThrough(session, { organizationId, through: cut, at: now });
  }
  const { sequence } = await readState(session, organizationId);
  await postThrough(session, { organizationId, through: sequence, at: now });
}

/** Decides the last event of every month that has ended and was not cut yet. Returns their numbers, in order. */
async function cutMonths(session: Queryable, organizationId: string, now: Date): Promise<bigint[]> {
  const cuts: bigint[] = [];
  let [last] = await session.query<{ month: Date; sequence: bigint }>(
    `select month::timestamp at time zone 'UTC' as month, sequence from usage_cut where organization_id = $1 order by month desc limit 1`,
    [organizationId],
  );
  if (last === undefined) {
    const [first] = await session.query<{ at: Date | null }>(
      "select min(at) as at from usage_event where organization_id = $1",
      [organizationId],
    );
    if (first!.at === null) return [];
    const month = monthOf(first!.at);
    last = { month: new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - 1, 1)), sequence: 0n };
  }
  for (let month = monthAfter(last.month); monthAfter(month) <= now; month = monthAfter(month)) {
    const [row] = await session.query<{ sequence: bigint }>(
      `insert into usage_cut select $1, $2::date, greatest($4::bigint, coalesce(max(sequence), 0))
       from usage_event where organization_id = $1 and at < $3 returning sequence`,
      [organizationId, `${monthName(month)}-01`, monthAfter(month), cuts.at(-1) ?? last.sequence],
    );
    cuts.push(row!.sequence);
  }
  return cuts;
}

async function postThrough(
  session: Queryable,
  range: { organizationId: string; through: bigint; at: Date },
): Promise<void> {
  const { organizationId, through, at } = range;
  const { posted_sequence: from } = await readState(session, organizationId);
  if (through <= from) return;
  const [row] = await session.query<{ amount: string }>(
    "select coalesce(sum(amount), 0) as amount from usage_event where organization_id = $1 and sequence > $2 and sequence <= $3",
    [organizationId, from, through],
  );
  const amount = BigInt(row!.amount);
  const posting = { organizationId, throughSequence: through, at };
  await post(session, {
    ...posting,
    reason: "usage",
    idempotencyKey: `usage:${through}`,
    entries: [
      { account: "unbilled_usage", amount },
      { account: "revenue", amount: -amount },
    ],
  });
  const drawn = await drawCredit(session, { ...posting, amount });
  await session.query(
    "update balance set posted_sequence = $2, uncovered = uncovered + $3::bigint where organization_id = $1",
    [organizationId, through, amount - drawn],
  );
}

/** Pays for usage from the credit that must go first: by priority, then by expiry. Returns how much was paid. */
async function drawCredit(
  session: Queryable,
  usage: { organizationId: string; throughSequence: bigint; at: Date; amount: Pico },
): Promise<Pico> {
  const { organizationId, throughSequence } = usage;
  const grants = await session.query<{ id: string; remaining: string }>(
    `select g.id, -a.balance as remaining from credit_grant g
     join account a on a.organization_id = g.organization_id and a.kind = 'credit' and a.reference = g.id
     where g.organization_id = $1 and a.balance < 0 and g.expired_at is null
     order by g.priority, g.expires_at nulls last, g.id`,
    [organizationId],
  );
  let left = usage.amount;
  const draws = grants.flatMap(({ id, remaining }) => {
    const amount = left < BigInt(remaining) ? left : BigInt(remaining);
    left -= amount;
    return amount === 0n ? [] : [{ account: "credit" as const, reference: id, amount }];
  });
  const drawn = usage.amount - left;
  if (drawn === 0n) return 0n;
  await post(session, {
    organizationId,
    throughSequence,
    at: usage.at,
    reason: "draw",
    idempotencyKey: `draw:${throughSequence}`,
    entries: [...draws, { account: "unbilled_usage", amount: -drawn }],
  });
  return drawn;
}

async function readState(session: Queryable, organizationId: string): Promise<State> {
  const [state] = await session.query<State>(
    "select sequence, posted_sequence from balance where organization_id = $1",
    [organizationId],
  );
  return state!;
}
