import { Bucket } from "./bucket.ts";
import type { LimitRule } from "./limit-rules.ts";

/** What one rule has let through. Waits are milliseconds; 0: now. */
export class RuleState {
  readonly rule: LimitRule;
  readonly requests: Bucket | undefined;
  readonly tokens: Bucket | undefined;
  #running = 0;
  /** Mean duration of recent requests: what a full house makes the next one wait for. */
  #durationMs = 1_000;

  /** How many servers share the rule's rates; each gives its part. */
  readonly servers: number;

  constructor(rule: LimitRule, nowMs: number, servers = 1) {
    this.rule = rule;
    this.servers = servers;
    const perSecond = rule.requestsPerSecond && rule.requestsPerSecond / servers;
    const perMinute = rule.tokensPerMinute && rule.tokensPerMinute / servers;
    // Below one request a second the burst is still one whole request.
    if (perSecond !== undefined)
      this.requests = new Bucket({ capacity: Math.max(1, perSecond), perMs: perSecond / 1_000 }, nowMs);
    if (perMinute !== undefined) this.tokens = new Bucket({ capacity: perMinute, perMs: perMinute / 60_000 }, nowMs);
  }

  /** How long until a request of so many tokens may start, as far as rates and concurrency say, and which of them says it. */
  waitFor(tokens: number, nowMs: number): { readonly waitMs: number; readonly limit: keyof typeof LIMIT_NAMES } {
    const requestsMs = this.requests?.waitMs(1, nowMs) ?? 0;
    const tokensMs = this.tokens?.waitMs(tokens, nowMs) ?? 0;
    const concurrencyMs = this.concurrencyWaitMs();
    const waitMs = Math.max(requestsMs, tokensMs, concurrencyMs);
    if (waitMs === requestsMs) return { limit: "requestsPerSecond", waitMs };
    return { limit: waitMs === tokensMs ? "tokensPerMinute" : "concurrentRequests", waitMs };
  }

  /** Whether concurrency alone lets another one start: it is each server's own. */
  concurrencyWaitMs(): number {
    const { concurrentRequests } = this.rule;
    const isFull = concurrentRequests !== undefined && this.#running >= concurrentRequests;
    return isFull ? this.#durationMs / concurrentRequests : 0;
  }

  start(tokens: number, nowMs: number): void {
    this.requests?.take(1, nowMs);
    this.tokens?.take(tokens, nowMs);
    this.#running += 1;
  }

  /** `extraTokens`: how many more than was thought, negative when fewer. */
  end(extraTokens: number, durationMs: number, nowMs: number): void {
    this.tokens?.take(extraTokens, nowMs);
    this.#running -= 1;
    this.#durationMs += (durationMs - this.#durationMs) / 8;
  }
}

/** Limits in the words of error messages. */
export const LIMIT_NAMES = {
  requestsPerSecond: "requests per second",
  tokensPerMinute: "tokens per minute",
  tokensPerMonth: "tokens per month",
  concurrentRequests: "concurrent requests",
} as const;
