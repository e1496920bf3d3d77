import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { LimitState } from "../inference/call.ts";
import { monthOf } from "../metering/spending.ts";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { Bucket } from "./bucket.ts";
import type { LimitRule, LimitRules } from "./limit-rules.ts";
import type { SharedAnswer, SharedBucket, SharedRates } from "./shared-rates.ts";
import { LIMIT_NAMES, RuleState } from "./rule-state.ts";

interface LimiterParts {
  readonly rules: LimitRules;
  readonly database: Database;
  readonly clock: Clock;
  /** Rates that several servers share; absent: each server counts for itself. */
  readonly shared?: SharedRates | undefined;
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

interface SharedRate {
  readonly state: RuleState;
  readonly limit: "requestsPerSecond" | "tokensPerMinute";
  readonly bucket: SharedBucket;
}

/** A server that has not been seen for so long is gone. */
const DEAD_AFTER_MS = 20_000;

const UNLIMITED: LimitLease = { state: undefined, end() {} };
const COUNT_FRESH_MS = 5_000;

/**
 * Holds requests to the rules of their organisation, workspace and key. A request passes all its rules or counts for none.
 * Rates are this process's own, or shared by all with one store; while that is away, each of N servers gives an Nth. Months are counted from the ledger, so they hold over all processes to within 5 s of usage.
 */
export class Limiter {
  readonly #parts: LimiterParts;
  readonly #states = new Map<string, RuleState>();
  readonly #months = new Map<string, MonthCount>();
  readonly #servers = { count: 1, readAtMs: Number.NEGATIVE_INFINITY };

  constructor(parts: LimiterParts) {
    this.#parts = parts;
  }

  /** Errors: `rate_limited`, with `retryAfterMs` after which the request would have passed, had nobody else come. */
  async admit(request: LimitedRequest): Promise<LimitLease> {
    const rules = await this.#parts.rules.applying(request.caller, request.model);
    if (rules.length === 0) return UNLIMITED;
    for (const rule of rules) if (rule.tokensPerMonth !== undefined) await this.#checkMonth(rule, request.tokens);
    const servers = this.#parts.shared === undefined ? 1 : await this.#countServers();
    const nowMs = this.#parts.clock.monotonicMs();
    const states = rules.map((rule) => this.#stateOf(rule, nowMs, servers));
    const shared = this.#sharedBuckets(states, request.tokens);
    const answer = shared.length === 0 ? undefined : await this.#parts.shared?.take(shared.map(({ bucket }) => bucket));
    if (answer === undefined) this.#askHere(states, request.tokens, nowMs);
    else this.#askAll(states, shared, answer);
    for (const state of states) state.start(request.tokens, nowMs);
    return {
      state: describe(states, request.tokens, nowMs),
      end: (tokens) => {
        const corrections = shared.filter(({ limit }) => limit === "tokensPerMinute");
        const extra = tokens - request.tokens;
        if (extra !== 0) this.#parts.shared?.correct(corrections.map(({ bucket }) => ({ ...bucket, amount: extra })));
        const endMs = this.#parts.clock.monotonicMs();
        for (const state of states) state.end(tokens - request.tokens, endMs - nowMs, endMs);
        for (const rule of rules) this.#addToMonth(rule, tokens);
      },
    };
  }

  #askHere(states: readonly RuleState[], tokens: number, nowMs: number): void {
    for (const state of states) {
      const { waitMs, limit } = state.waitFor(tokens, nowMs);
      if (waitMs > 0) throw refusal(state.rule, limit, waitMs);
    }
  }

  #askAll(states: readonly RuleState[], shared: readonly SharedRate[], { refused, waitMs }: SharedAnswer): void {
    const full = states.find((state) => state.concurrencyWaitMs() > 0);
    if (full !== undefined) throw refusal(full.rule, "concurrentRequests", full.concurrencyWaitMs());
    if (refused !== undefined) throw refusal(shared[refused]!.state.rule, shared[refused]!.limit, waitMs);
  }

  /** The rates of these rules as the shared store knows them: one key per rule and rate, and a new one when it changes. */
  #sharedBuckets(states: readonly RuleState[], tokens: number): SharedRate[] {
    if (this.#parts.shared === undefined) return [];
    return states.flatMap((state) => {
      const { id, organizationId, requestsPerSecond: perSecond, tokensPerMinute: perMinute } = state.rule;
      const key = (name: string, rate: number) => `rate:{${organizationId}}:${id}:${name}:${rate}`;
      const rates: SharedRate[] = [];
      if (perSecond !== undefined) {
        const bucket = {
          key: key("requests", perSecond),
          capacity: Math.max(1, perSecond),
          perMs: perSecond / 1_000,
          amount: 1,
        };
        rates.push({ state, limit: "requestsPerSecond", bucket });
      }
      if (perMinute !== undefined) {
        const bucket = {
          key: key("tokens", perMinute),
          capacity: perMinute,
          perMs: perMinute / 60_000,
          amount: tokens,
        };
        rates.push({ state, limit: "tokensPerMinute", bucket });
      }
      return rates;
    });
  }

  /** How many servers share the database: what each gives of the rates while their shared store is away. */
  async #countServers(): Promise<number> {
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs - this.#servers.readAtMs < COUNT_FRESH_MS) return this.#servers.count;
    this.#servers.readAtMs = nowMs;
    const sql = "select count(*)::int as n from gateway_instance where seen_at > $1";
    const [row] = await this.#parts.database.query<{ n: number }>(sql, [new Date(nowMs - DEAD_AFTER_MS)]);
    this.#servers.count = Math.max(1, row!.n);
    return this.#servers.count;
  }

  /** A changed rule starts with full buckets. */
  #stateOf(rule: LimitRule, nowMs: number, servers: number): RuleState {
    const known = this.#states.get(rule.id);
    if (known !== undefined && hasSameLimits(known.rule, rule) && known.servers === servers) return known;
    const state = new RuleState(rule, nowMs, servers);
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
  let requests: RuleState["requests"];
  let tokens: RuleState["tokens"];
  for (const state of states) {
    requests = tighter(requests, state.requests, nowMs);
    tokens = tighter(tokens, state.tokens, nowMs);
  }
  if (requests === undefined && tokens === undefined) return undefined;
  return {
    requestsPerMinute: requests?.perMinute ?? 0,
    remainingRequests: Math.max(0, Math.floor(requests?.level(nowMs) ?? 0)),
    tokensPerMinute: tokens?.perMinute ?? 0,
    remainingTokens: Math.max(0, Math.floor(tokens?.level(nowMs) ?? 0)),
    queryTokens,
    resetMs: Math.max(requests?.fullInMs(nowMs) ?? 0, tokens?.fullInMs(nowMs) ?? 0),
  };
}

/** The bucket that is emptier, for its size. */
function tighter(a: Bucket | undefined, b: Bucket | undefined, nowMs: number): Bucket | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.level(nowMs) / b.capacity < a.level(nowMs) / a.capacity ? b : a;
}
