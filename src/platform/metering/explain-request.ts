import { TramontaneError } from "#base";
import type { Pico } from "../billing/money.ts";
import { discounted } from "../billing/price.ts";
import type { TokenPrices } from "../billing/price.ts";
import type { Database } from "../storage/database.ts";

/** All that is kept of one request: what it used, what that cost and why, and how it went. Never its words. */
export interface RequestExplanation {
  readonly requestId: string;
  readonly workspaceId: string;
  readonly keyId: string | undefined;
  readonly model: string;
  readonly operation: string | undefined;
  /** `running`, or how it was settled. */
  readonly outcome: "running" | "completed" | "partial" | "failed" | "recovered";
  readonly endings: string | undefined;
  readonly at: Date;
  readonly durationMs: number | undefined;
  readonly firstTextMs: number | undefined;
  /** Waiting for a turn, working through the prompt, making the answer; undefined where the engine did not say. */
  readonly queueMs: number | undefined;
  readonly prefillMs: number | undefined;
  readonly decodeMs: number | undefined;
  /** Of that, holding the answer to its form (JSON, a schema, calls). */
  readonly formMs: number | undefined;
  /** Of a model on other servers: those that were asked, in order. */
  readonly attempts: readonly { readonly host: string; readonly outcome: string; readonly ms: number }[];
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly priceList: string | undefined;
  readonly priceListFrom: Date | undefined;
  readonly discountBasisPoints: number;
  /** Per token, after the discount. */
  readonly prices: TokenPrices;
  /** While it runs: what is reserved for it. */
  readonly amount: Pico;
  /** What the workspace's policy decided about it, in order. Rules as they were, never the words they were held against. */
  readonly decisions: readonly PolicyDecisionNote[];
}

export interface PolicyDecisionNote {
  /** Where it was judged, such as `input` or `output`. */
  readonly stage: string;
  /** `refuse`, `warn`, `log`, or `failed_open` and `failed_closed` where it could not be judged. */
  readonly outcome: string;
  readonly policyVersion: number;
  readonly ruleNumber: number | undefined;
  readonly rule: string | undefined;
  readonly score: number | undefined;
  readonly threshold: number | undefined;
  readonly latencyMs: number;
}

interface Row {
  request_id: string;
  workspace_id: string;
  api_key_id: string | null;
  model: string;
  operation: string | null;
  outcome: RequestExplanation["outcome"];
  endings: string | null;
  at: Date;
  duration_ms: number | null;
  first_text_ms: number | null;
  queue_ms: number | null;
  prefill_ms: number | null;
  decode_ms: number | null;
  form_ms: number | null;
  attempts: RequestExplanation["attempts"] | null;
  prompt_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  discount_basis_points: number;
  amount: bigint;
  list: string | null;
  valid_from: Date | null;
  input_pico: bigint | null;
  cached_input_pico: bigint | null;
  output_pico: bigint | null;
}

/** Throws `not_found` when the organisation made no such request, or it was refused before it began. */
export async function explainRequest(
  database: Database,
  organizationId: string,
  requestId: string,
): Promise<RequestExplanation> {
  const unknown = new TramontaneError("not_found", `No request ${requestId} in this organization.`);
  if (!UUID.test(requestId)) throw unknown;
  const [row] = await database.query<Row>(
    `with request as (
       select request_id, organization_id, workspace_id, api_key_id, model, mode, price_list_id, discount_basis_points, operation, outcome,
         endings, at, duration_ms, first_text_ms, queue_ms, prefill_ms, decode_ms, form_ms, attempts, prompt_tokens, cached_tokens, output_tokens, amount from usage_event
       union all
       select request_id, organization_id, workspace_id, api_key_id, model, mode, price_list_id, discount_basis_points, null, 'running',
         null, created_at, null, null, null, null, null, null, null, prompt_tokens, 0, output_tokens, estimate from usage_intent
     )
     select r.*, l.name as list, l.valid_from, p.input_pico, p.cached_input_pico, p.output_pico from request r
     left join price_list l on l.id = r.price_list_id
     left join lateral price_of(r.price_list_id, r.model, r.mode) p on true
     where r.organization_id = $1 and r.request_id = $2::uuid`,
    [organizationId, requestId],
  );
  if (row === undefined) throw unknown;
  const decisions = await readDecisions(database, row);
  const listed = {
    input: row.input_pico ?? 0n,
    cachedInput: row.cached_input_pico ?? 0n,
    output: row.output_pico ?? 0n,
  };
  return {
    requestId: row.request_id,
    workspaceId: row.workspace_id,
    keyId: row.api_key_id ?? undefined,
    model: row.model,
    operation: row.operation ?? undefined,
    outcome: row.outcome,
    endings: row.endings ?? undefined,
    at: row.at,
    durationMs: row.duration_ms ?? undefined,
    firstTextMs: row.first_text_ms ?? undefined,
    queueMs: row.queue_ms ?? undefined,
    prefillMs: row.prefill_ms ?? undefined,
    decodeMs: row.decode_ms ?? undefined,
    formMs: row.form_ms ?? undefined,
    attempts: row.attempts ?? [],
    promptTokens: row.prompt_tokens,
    cachedTokens: row.cached_tokens,
    outputTokens: row.output_tokens,
    priceList: row.list ?? undefined,
    priceListFrom: row.valid_from ?? undefined,
    discountBasisPoints: row.discount_basis_points,
    prices: discounted(listed, row.discount_basis_points),
    amount: row.amount,
    decisions,
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface DecisionRow {
  stage: string;
  outcome: string;
  version: number;
  rule_number: number | null;
  rule_text: string | null;
  score: number | null;
  threshold: number | null;
  latency_ms: number;
}

async function readDecisions(database: Database, request: Row): Promise<PolicyDecisionNote[]> {
  const rows = await database.query<DecisionRow>(
    `select stage, outcome, version, rule_number, rule_text, score, threshold, latency_ms from policy_decision
     where request_id = $1 and workspace_id = $2 order by id`,
    [request.request_id, request.workspace_id],
  );
  return rows.map((row) => ({
    stage: row.stage,
    outcome: row.outcome,
    policyVersion: row.version,
    ruleNumber: row.rule_number ?? undefined,
    rule: row.rule_text ?? undefined,
    score: row.score ?? undefined,
    threshold: row.threshold ?? undefined,
    latencyMs: row.latency_ms,
  }));
}
