import { invariant } from "#base";
import type { Database, Queryable } from "../storage/database.ts";
import { StatementBundle } from "../storage/statement-bundle.ts";
import type { Settlement } from "./outcome.ts";
import { reserve, rollOver, spend } from "./spending.ts";
import type { BalanceRow, BudgetRow } from "./spending.ts";
import { addToHours } from "./usage-hours.ts";
import type { UsageOperation, UsageResult, UsageSettle } from "./usage-operation.ts";
import { insertEvents, insertIntents, removeIntents, writeProgress } from "./usage-rows.ts";
import type { AcceptedSettle } from "./usage-rows.ts";

const DONE: UsageResult = { type: "done" };
const DUPLICATE: UsageResult = { type: "duplicate" };
const NOTHING: Settlement = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, outcome: "failed", estimated: false };

/** An organisation's totals, locked until the transaction ends. */
export interface Locked {
  readonly balances: ReadonlyMap<string, BalanceRow>;
  readonly budgets: readonly BudgetRow[];
}

/**
 * Commits a batch of usage in one transaction. Organisations are locked in the order of their ids, so that no two batches
 * can wait for each other; under the lock each gets consecutive event numbers, so that a missing event would show.
 */
export async function writeUsage(
  database: Database,
  batch: readonly UsageOperation[],
  now: Date,
): Promise<UsageResult[]> {
  return await database.transaction(async (session) => {
    const intents = batch.filter((operation) => operation.type === "intent");
    const settles = batch.filter((operation) => operation.type === "settle");
    const results = new Map<UsageOperation, UsageResult>();
    const locked = await lockOrganizations(session, [...intents, ...settles], now);

    const admitted = intents.filter((intent) => {
      const by = reserve(intent, locked.balances.get(intent.organizationId)!, locked.budgets);
      if (by !== undefined) results.set(intent, { type: "refused", by });
      return by === undefined;
    });
    const { accepted, duplicates } = await settleIntents(session, settles, locked);
    for (const settle of duplicates) results.set(settle, DUPLICATE);
    const changes = new StatementBundle();
    insertIntents(changes, admitted);
    insertEvents(changes, accepted);
    addToHours(changes, accepted);
    saveTotals(changes, locked);
    await changes.run(session);
    await writeProgress(
      session,
      batch.filter((operation) => operation.type === "progress"),
    );
    return batch.map((operation) => results.get(operation) ?? DONE);
  });
}

/** Locks the balances and then the budgets of the organisations named, making a balance where there is none yet. */
export async function lockOrganizations(
  session: Queryable,
  spenders: readonly { readonly organizationId: string }[],
  now: Date,
): Promise<Locked> {
  const ids = [...new Set(spenders.map(({ organizationId }) => organizationId))].toSorted();
  if (ids.length === 0) return { balances: new Map(), budgets: [] };
  const lock = "select * from balance where organization_id = any($1) order by organization_id for update";
  let rows = await session.query<BalanceRow>(lock, [ids]);
  if (rows.length < ids.length) {
    const make = "insert into balance (organization_id) select unnest($1::uuid[]) on conflict do nothing";
    await session.query(make, [ids]);
    rows = await session.query<BalanceRow>(lock, [ids]);
  }
  // A statement of its own: it must see what was committed while we waited for the lock.
  const withBudgets = rows.filter((row) => row.budgets > 0).map((row) => row.organization_id);
  const budgets =
    withBudgets.length === 0
      ? []
      : await session.query<BudgetRow>("select * from budget where organization_id = any($1) order by id for update", [
          withBudgets,
        ]);
  for (const budget of budgets) rollOver(budget, now);
  return { balances: new Map(rows.map((row) => [row.organization_id, row])), budgets };
}

/** Writes back what changed under the locks. */
function saveTotals(changes: StatementBundle, { balances, budgets }: Locked): void {
  const rows = [...balances.values()];
  if (rows.length === 0) return;
  changes.add(
    `update balance set sequence = t.sequence, spent = t.spent, reserved = t.reserved
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as t (id, sequence, spent, reserved) where organization_id = t.id`,
    [
      rows.map((it) => it.organization_id),
      rows.map((it) => it.sequence),
      rows.map((it) => it.spent),
      rows.map((it) => it.reserved),
    ],
  );
  if (budgets.length === 0) return;
  changes.add(
    `update budget set period_start = t.start, spent = t.spent, reserved = t.reserved, warned_at = t.warned
     from unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::timestamptz[]) as t (id, start, spent, reserved, warned)
     where budget.id = t.id`,
    [
      budgets.map((it) => it.id),
      budgets.map((it) => it.period_start),
      budgets.map((it) => it.spent),
      budgets.map((it) => it.reserved),
      budgets.map((it) => it.warned_at),
    ],
  );
}

/** Only who removes the intent may write the event: tells which settlements may, and which found none. */
async function settleIntents(
  session: Queryable,
  settles: readonly UsageSettle[],
  locked: Locked,
): Promise<{ accepted: AcceptedSettle[]; duplicates: UsageSettle[] }> {
  if (settles.length === 0) return { accepted: [], duplicates: [] };
  const open = await removeIntents(session, settles);
  const accepted: AcceptedSettle[] = [];
  const duplicates: UsageSettle[] = [];
  for (const asked of settles) {
    const intent = open.get(asked.requestId);
    if (intent === undefined) {
      duplicates.push(asked);
      continue;
    }
    open.delete(asked.requestId);
    const isWanted = asked.alongside === undefined || (await asked.alongside(session));
    const settle = isWanted ? asked : { ...asked, settlement: NOTHING, amount: 0n };
    const { organization_id: organizationId, workspace_id: workspaceId, api_key_id: keyId, estimate } = intent;
    invariant(organizationId === settle.organizationId, "a request is settled for the organisation that made it");
    const balance = locked.balances.get(organizationId)!;
    balance.sequence += 1n;
    accepted.push({ settle, intent, sequence: balance.sequence });
    const settled = { organizationId, workspaceId, keyId: keyId ?? undefined, estimate, amount: settle.amount };
    spend(settled, balance, locked.budgets);
  }
  return { accepted, duplicates };
}
