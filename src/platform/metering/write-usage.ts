import { invariant } from "#base";
import type { Database, Queryable } from "../storage/database.ts";
import type { Settlement } from "./outcome.ts";
import type {
  Alongside,
  RefusedBy,
  StoreTogether,
  UsageIntent,
  UsageOperation,
  UsageProgress,
  UsageResult,
  UsageSettle,
} from "./usage-operation.ts";

const DONE: UsageResult = { type: "done" };
const DUPLICATE: UsageResult = { type: "duplicate" };
const NOTHING: Settlement = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, outcome: "failed", estimated: false };

/** What the database's function says of a batch; `i` is the place in it. Money as text. */
interface Verdict {
  readonly refused: readonly {
    readonly i: number;
    readonly budget: string | null;
    readonly scope: RefusedBy["scope"];
    readonly cap: string;
    readonly committed: string;
  }[];
  readonly duplicates: readonly number[];
}

/**
 * Commits a batch of usage in one transaction, as one call of the database's function `write_usage`. Organisations are locked
 * in the order of their ids, so that no two batches can wait for each other; under the lock estimates are held against
 * what is left, and each organisation's events get consecutive numbers, so that a missing one would show.
 */
export async function writeUsage(
  database: Database,
  batch: readonly UsageOperation[],
  now: Date,
): Promise<readonly UsageResult[]> {
  if (!batch.some((operation) => operation.type === "settle" && operation.alongside !== undefined))
    return await callFunction(database, batch, now);
  return await database.transaction(
    async (session) => await callFunction(session, await writeAlongside(session, batch), now),
  );
}

/** Locks the balances of the organisations named until the transaction ends, making a balance where there is none yet. */
export async function lockOrganizations(
  session: Queryable,
  spenders: readonly { readonly organizationId: string }[],
): Promise<void> {
  const ids = [...new Set(spenders.map(({ organizationId }) => organizationId))].toSorted();
  await session.query("select 1 from lock_balances($1::uuid[])", [ids]);
}

async function callFunction(session: Queryable, batch: readonly UsageOperation[], now: Date): Promise<UsageResult[]> {
  const intents: object[] = [];
  const settles: object[] = [];
  const progress: object[] = [];
  for (let i = 0; i < batch.length; i += 1) {
    const operation = batch[i]!;
    if (operation.type === "intent") intents.push(encodeIntent(operation, i));
    else if (operation.type === "settle") settles.push(encodeSettle(operation, i));
    else progress.push(encodeProgress(operation));
  }
  const lists = [intents, settles, progress].map((list) => (list.length === 0 ? "[]" : JSON.stringify(list)));
  const sql = "select write_usage($1, $2, $3, $4) as verdict";
  const [row] = await session.query<{ verdict: Verdict }>(sql, [...lists, now]);
  const { refused, duplicates } = row!.verdict;
  const results = batch.map(() => DONE);
  for (const { i, budget, scope, cap, committed } of refused) {
    const by = { budgetId: budget ?? undefined, scope, cap: BigInt(cap), committed: BigInt(committed) };
    results[i] = { type: "refused", by };
  }
  for (const i of duplicates) results[i] = DUPLICATE;
  return results;
}

/**
 * Writes what belongs to settlements, under the locks that the function then finds taken, and only for requests that are
 * open still. What is not wanted any more is not charged.
 */
async function writeAlongside(session: Queryable, batch: readonly UsageOperation[]): Promise<UsageOperation[]> {
  await lockOrganizations(
    session,
    batch.filter((operation) => operation.type !== "progress"),
  );
  const settles = new Map<string, UsageSettle & { readonly alongside: Alongside }>();
  for (const operation of batch)
    if (operation.type === "settle" && hasAlongside(operation) && !settles.has(operation.requestId))
      settles.set(operation.requestId, operation);
  const open = await session.query<{ request_id: string; organization_id: string }>(
    "select request_id, organization_id from usage_intent where request_id = any($1) order by request_id for update",
    [[...settles.keys()]],
  );
  const items = new Map<StoreTogether, unknown[]>();
  for (const { request_id: id, organization_id: organizationId } of open) {
    const settle = settles.get(id)!;
    invariant(settle.organizationId === organizationId, "a request is settled for the organisation that made it");
    const { store, item } = settle.alongside;
    items.set(store, [...(items.get(store) ?? []), item]);
  }
  const unwanted = new Set<unknown>([...items.values()].flat());
  for (const [store, some] of items) for (const wanted of await store(session, some)) unwanted.delete(wanted);
  return batch.map((operation) =>
    operation.type === "settle" && hasAlongside(operation) && unwanted.has(operation.alongside.item)
      ? { ...operation, settlement: NOTHING, amount: 0n }
      : operation,
  );
}

function hasAlongside(settle: UsageSettle): settle is UsageSettle & { readonly alongside: Alongside } {
  return settle.alongside !== undefined;
}

function encodeIntent(it: UsageIntent, i: number): object {
  return {
    i,
    id: it.requestId,
    o: it.organizationId,
    workspace: it.workspaceId,
    key: it.keyId,
    person: it.userId,
    model: it.model,
    mode: it.mode,
    list: it.priceListId,
    discount: it.discountBasisPoints,
    estimate: String(it.estimate),
    prompt: it.promptTokens,
    instance: it.instanceId,
    // As text: `JSON.stringify` takes three times as long for a date.
    at: it.at.toISOString(),
  };
}

function encodeSettle(it: UsageSettle, i: number): object {
  const { settlement, trace } = it;
  return {
    i,
    id: it.requestId,
    o: it.organizationId,
    attempt: it.attempt,
    prompt: settlement.promptTokens,
    cached: settlement.cachedTokens,
    output: settlement.outputTokens,
    amount: String(it.amount),
    outcome: settlement.outcome,
    estimated: settlement.estimated,
    at: it.at.toISOString(),
    operation: trace?.operation,
    endings: trace?.endings.join(", "),
    duration: round(trace?.durationMs),
    first: round(trace?.firstTextMs),
    queue: round(trace?.timings?.queueMs),
    prefill: round(trace?.timings?.prefillMs),
    decode: round(trace?.timings?.decodeMs),
    form: round(trace?.form?.ms),
    attempts: trace?.attempts?.map(({ host, outcome, ms }) => ({ host, outcome, ms: round(ms) })),
  };
}

function encodeProgress(it: UsageProgress): object {
  return { id: it.requestId, prompt: it.promptTokens, output: it.outputTokens };
}

const round = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.round(ms));
