import type { Queryable } from "../storage/database.ts";
import type { StatementBundle } from "../storage/statement-bundle.ts";
import type { UsageIntent, UsageProgress, UsageSettle } from "./usage-operation.ts";

/** An intent as the table holds it. */
export interface IntentRow {
  readonly request_id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly api_key_id: string | null;
  readonly model: string;
  readonly mode: "standard" | "batch";
  readonly price_list_id: string | null;
  readonly discount_basis_points: number;
  readonly estimate: bigint;
  readonly prompt_tokens: number;
  readonly output_tokens: number;
}

export interface AcceptedSettle {
  readonly settle: UsageSettle;
  readonly intent: IntentRow;
  /** Number of the event within its organisation. */
  readonly sequence: bigint;
}

export function insertIntents(changes: StatementBundle, intents: readonly UsageIntent[]): void {
  if (intents.length === 0) return;
  changes.add(
    `insert into usage_intent (request_id, organization_id, workspace_id, api_key_id, model, mode, price_list_id,
       discount_basis_points, estimate, prompt_tokens, instance_id, created_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::int[],
       $9::bigint[], $10::int[], $11::uuid[], $12::timestamptz[])`,
    [
      intents.map((it) => it.requestId),
      intents.map((it) => it.organizationId),
      intents.map((it) => it.workspaceId),
      intents.map((it) => it.keyId ?? null),
      intents.map((it) => it.model),
      intents.map((it) => it.mode),
      intents.map((it) => it.priceListId ?? null),
      intents.map((it) => it.discountBasisPoints),
      intents.map((it) => it.estimate),
      intents.map((it) => it.promptTokens),
      intents.map((it) => it.instanceId),
      intents.map((it) => it.at),
    ],
  );
}

export async function writeProgress(session: Queryable, progress: readonly UsageProgress[]): Promise<void> {
  if (progress.length === 0) return;
  const latest = new Map(progress.map((it) => [it.requestId, it]));
  const rows = [...latest.values()].toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1));
  await session.query(
    `update usage_intent set prompt_tokens = greatest(prompt_tokens, t.prompt), output_tokens = greatest(output_tokens, t.output)
     from unnest($1::uuid[], $2::int[], $3::int[]) as t (id, prompt, output) where request_id = t.id`,
    [rows.map((it) => it.requestId), rows.map((it) => it.promptTokens), rows.map((it) => it.outputTokens)],
  );
}

/** Removes the intents of these settlements; by request. */
export async function removeIntents(
  session: Queryable,
  settles: readonly UsageSettle[],
): Promise<Map<string, IntentRow>> {
  const sql = "delete from usage_intent where request_id = any($1) returning *";
  const removed = await session.query<IntentRow>(sql, [settles.map((it) => it.requestId)]);
  return new Map(removed.map((row) => [row.request_id, row]));
}

export function insertEvents(changes: StatementBundle, accepted: readonly AcceptedSettle[]): void {
  if (accepted.length === 0) return;
  changes.add(
    `insert into usage_event (request_id, attempt, organization_id, sequence, workspace_id, api_key_id, model, mode,
       prompt_tokens, cached_tokens, output_tokens, amount, outcome, estimated, price_list_id, discount_basis_points, at,
       operation, endings, duration_ms, first_text_ms, queue_ms, prefill_ms, decode_ms, form_ms)
     select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
       $9::int[], $10::int[], $11::int[], $12::bigint[], $13::text[], $14::boolean[], $15::uuid[], $16::int[], $17::timestamptz[],
       $18::text[], $19::text[], $20::int[], $21::int[], $22::int[], $23::int[], $24::int[], $25::int[])`,
    [
      accepted.map(({ settle }) => settle.requestId),
      accepted.map(({ settle }) => settle.attempt),
      accepted.map(({ intent }) => intent.organization_id),
      accepted.map(({ sequence }) => sequence),
      accepted.map(({ intent }) => intent.workspace_id),
      accepted.map(({ intent }) => intent.api_key_id),
      accepted.map(({ intent }) => intent.model),
      accepted.map(({ intent }) => intent.mode),
      accepted.map(({ settle }) => settle.settlement.promptTokens),
      accepted.map(({ settle }) => settle.settlement.cachedTokens),
      accepted.map(({ settle }) => settle.settlement.outputTokens),
      accepted.map(({ settle }) => settle.amount),
      accepted.map(({ settle }) => settle.settlement.outcome),
      accepted.map(({ settle }) => settle.settlement.estimated),
      accepted.map(({ intent }) => intent.price_list_id),
      accepted.map(({ intent }) => intent.discount_basis_points),
      accepted.map(({ settle }) => settle.at),
      accepted.map(({ settle }) => settle.trace?.operation ?? null),
      accepted.map(({ settle }) => settle.trace?.endings.join(", ") ?? null),
      accepted.map(({ settle }) => round(settle.trace?.durationMs)),
      accepted.map(({ settle }) => round(settle.trace?.firstTextMs)),
      accepted.map(({ settle }) => round(settle.trace?.timings?.queueMs)),
      accepted.map(({ settle }) => round(settle.trace?.timings?.prefillMs)),
      accepted.map(({ settle }) => round(settle.trace?.timings?.decodeMs)),
      accepted.map(({ settle }) => round(settle.trace?.form?.ms)),
    ],
  );
}

const round = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms));
