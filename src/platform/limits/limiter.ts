import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { LimitState } from "../inference/call.ts";
import { monthOf } from "../metering/spending.ts";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { LimitRule, LimitRules } from "./limit-rules.ts";
import { LIMIT_NAMES, RuleState } from "./rule-state.ts";

interface LimiterParts {
  readonly rules: LimitRules;
  readonly database: Database;
  readonly clock: Clock;
}

export interface LimitedRequest {
  readonly caller: Caller;
  readonly model: string;
  /** Prompt and the most that may be generated: what is counted until the real number is known. */
  readonly tokens: number;
}

export interface LimitLease {
  /** Where the caller stands under its tightest rule; undefined: nothing is limited. */
  readonly state: LimitState | undefined;
  /** Called once, when the request has ended, with the tokens it really took. */
  end(tokens: number): void;
}

interface MonthCount {
  readonly month: number;
  readonly readAtMs: number;
  tokens: number;
}

const UNLIMITED: LimitLease = { state: undefined, end() {} };
const COUNT_FRESH_MS = 5_000;

/**
 * Holds requests to the rules of their organisation, workspace and key. A request passes all its rules or counts for none.
 * Rates are this process's own; months are counted from the ledger, so they hold over all processes to within 5 s of usage.
 */
export class Limiter {
  readonly #parts: LimiterParts;
  readonly #states = new Map<string, RuleState>();
  readonly #months = new Map<string, MonthCount>();

  constructor(parts: LimiterParts) {
    this.#parts = parts;
  }

  /** Errors: `rate_limited`, with `retryAfterMs` after which the request would have passed, had nobody else come. */
  async admit(request: LimitedRequest): Promise<LimitLease> {
    const rules = await this.#parts.rules.applying(request.caller, request.model);
    if (rules.length === 0) return UNLIMITED;
    for (const rule of rules) await this.#checkMonth(rule, request.tokens);
    const nowMs = this.#parts.clock.monotonicMs();
    const states = rules.map((rule) => this.#stateOf(rule, nowMs));
    for (const state of states) {
      const { waitMs, limit } = state.waitFor(request.tokens, nowMs);
      if (waitMs > 0) throw refusal(state.rule, limit, waitMs);
    }
    for (const state of states) state.start(request.tokens, nowMs);
    return {
      state: describe(states, request.tokens, nowMs),
      end: (tokens) => {
        const endMs = this.#parts.clock.monotonicMs();
        for (const state of states) state.end(tokens - request.tokens, endMs - nowMs, endMs);
        for (const rule of rules) this.#addToMonth(rule, tokens);
      },
    };
  }

  /** A changed rule starts with full buckets. */
  #stateOf(rule: LimitRule, nowMs: number): RuleState {
    const known = this.#states.get(rule.id);
    if (known !== undefined && hasSameLimits(known.rule, rule)) return known;
    const state = new RuleState(rule, nowMs);
    this.#states.set(rule.id, state);
    return state;
  }

  async #checkMonth(rule: LimitRule, tokens: number): Promise<void> {
    if (rule.tokensPerMonth === undefined) return;
    const nowMs = this.#parts.clock.nowMs();
    const month = monthOf(new Date(nowMs));
    let count = this.#months.get(rule.id);
    if (count === undefined || count.month !== month.getTime() || nowMs - count.readAtMs > COUNT_FRESH_MS) {
      count = { month: month.getTime(), readAtMs: nowMs, tokens: await this.#countMonth(rule, month) };
      this.#months.set(rule.id, count);
    }
    if (count.tokens + tokens <= rule.tokensPerMonth) return;
    const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1);
    throw refusal(rule, "tokensPerMonth", next - nowMs);
  }

  async #countMonth(rule: LimitRule, month: Date): Promise<number> {
    const column = { organization: "organization_id", workspace: "workspace_id", key: "api_key_id" }[rule.scope];
    const [row] = await this.#parts.database.query<{ tokens: string }>(
      `select coalesce(sum(prompt_tokens + output_tokens), 0) as tokens from usage_hour
       where organization_id = $1 and ${column} = $2 and hour >= $3 and ($4::text is null or model = $4)`,
      [rule.organizationId, rule.scopeId, month, rule.model ?? null],
    );
    return Number(row!.tokens);
  }

  #addToMonth(rule: LimitRule, tokens: number): void {
    const count = this.#months.get(rule.id);
    if (count !== undefined) count.tokens += tokens;
  }
}

function hasSameLimits(a: LimitRule, b: LimitRule): boolean {
  return Object.keys(LIMIT_NAMES).every(
    (name) => a[name as keyof typeof LIMIT_NAMES] === b[name as keyof typeof LIMIT_NAMES],
  );
}

function refusal(rule: LimitRule, limit: keyof typeof LIMIT_NAMES, waitMs: number): TramontaneError {
  const model = rule.model === undefined ? "" : ` of ${rule.model}`;
  const message = `Requests rate limit exceeded: this ${rule.scope} may use ${rule[limit]} ${LIMIT_NAMES[limit]}${model}.`;
  return new TramontaneError("rate_limited", message, {
    details: { retryAfterMs: Math.ceil(waitMs), limit, scope: rule.scope },
  });
}

function describe(states: readonly RuleState[], queryTokens: number, nowMs: number): LimitState | undefined {
  const tightest = (pick: (state: RuleState) => RuleState["requests"]) =>
    states
      .flatMap((state) => pick(state) ?? [])
      .toSorted((a, b) => a.level(nowMs) / a.capacity - b.level(nowMs) / b.capacity)[0];
  const requests = tightest((state) => state.requests);
  const tokens = tightest((state) => state.tokens);
  if (requests === undefined && tokens === undefined) return undefined;
  const perMinute = (bucket: typeof requests): number => (bucket === undefined ? 0 : bucket.perMinute);
  return {
    requestsPerMinute: perMinute(requests),
    remainingRequests: Math.max(0, Math.floor(requests?.level(nowMs) ?? 0)),
    tokensPerMinute: perMinute(tokens),
    remainingTokens: Math.max(0, Math.floor(tokens?.level(nowMs) ?? 0)),
    queryTokens,
    resetMs: Math.max(requests?.fullInMs(nowMs) ?? 0, tokens?.fullInMs(nowMs) ?? 0),
  };
}
