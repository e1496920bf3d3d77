import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import { formatMoney } from "../billing/money.ts";
import type { PriceLists } from "../billing/price-lists.ts";
import { amountOf, discounted } from "../billing/price.ts";
import type { PriceMode, TokenPrices } from "../billing/price.ts";
import type { Database } from "../storage/database.ts";
import { GatewayInstance } from "./gateway-instance.ts";
import { GroupCommit } from "./group-commit.ts";
import { settlementOf } from "./outcome.ts";
import type { AttemptEnd, Settlement } from "./outcome.ts";
import type { Spender } from "./spending.ts";
import type { RefusedBy, UsageOperation, UsageResult, UsageSettle, UsageTrace } from "./usage-operation.ts";
import type { IntentRow } from "./intent-row.ts";
import { writeUsage } from "./write-usage.ts";

export interface MeterParts {
  readonly database: Database;
  readonly prices: PriceLists;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A request that wants to be answered. */
export interface UsageRequest {
  /** A UUID, new for every request. */
  readonly requestId: string;
  readonly spender: Spender;
  readonly model: string;
  readonly mode: PriceMode;
  /** Asked for only when the model has a price: what the reservation covers, beside the output. */
  countPrompt(): Promise<number>;
  /** The most that may be generated, over all choices: what the reservation covers. */
  readonly maxOutputTokens: number;
}

/** A request that was let in. Exactly one `settle` must follow, however the request ends. */
export interface UsageTicket {
  /** Resolves when the intent is durable: no byte of an answer may leave before. Rejects like `begin`. */
  readonly durable: Promise<void>;
  /** Says how many tokens there are so far; written about once a second, not waited for. */
  progress(tokens: { readonly promptTokens: number; readonly outputTokens: number }): void;
  /** Resolves when the event is durable: only then may the last bytes leave. `attempt` counts engines tried, from 0. */
  settle(end: AttemptEnd, about?: SettleDetails): Promise<Settlement>;
}

export interface SettleDetails {
  readonly attempt?: number;
  readonly trace?: UsageTrace;
  readonly alongside?: UsageSettle["alongside"];
}

const PROGRESS_MS = 1_000;
const PROGRESS_TOKENS = 512;
const TERMS_FRESH_MS = 5_000;
const RECOVERY_MS = 10_000;
const RETRY_MS = 1_000;
/** Nobody waits for a line of a batch: its writes go in groups, or those who wait would meet one of them ever so often. */
const BATCH_LAG = { ms: 250, enough: 32 };

interface Terms {
  readonly priceList: string | undefined;
  readonly discountBasisPoints: number;
  readonly readAtMs: number;
}

/**
 * Counts what is used and what it costs, exactly once. An intent is durable before the first byte of an answer leaves,
 * the settlement before its last; what a killed process leaves open is settled by whoever notices.
 */
export class Meter {
  readonly #parts: MeterParts;
  readonly #instance: GatewayInstance;
  readonly #writer: GroupCommit<UsageOperation, UsageResult>;
  readonly #batchWriter: GroupCommit<UsageOperation, UsageResult>;
  readonly #terms = new Map<string, Terms>();
  readonly #isAlone: boolean;
  readonly #retries = new Set<NodeJS.Timeout>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(parts: MeterParts, instance: GatewayInstance) {
    this.#parts = parts;
    this.#instance = instance;
    this.#isAlone = parts.database.description.kind !== "external";
    const write = (batch: readonly UsageOperation[]) =>
      writeUsage(parts.database, batch, new Date(parts.clock.nowMs()));
    this.#writer = new GroupCommit(write);
    this.#batchWriter = new GroupCommit(write, BATCH_LAG);
  }

  /** Settles what dead processes left open, then is ready. */
  static async open(parts: MeterParts): Promise<Meter> {
    const meter = new Meter(parts, await GatewayInstance.register(parts));
    await meter.recover();
    meter.#timer = setInterval(() => meter.#recoverQuietly(), RECOVERY_MS).unref();
    return meter;
  }

  /**
   * Resolves when the cost is reserved, which makes the intent durable. What costs nothing has nothing to reserve: it may
   * start while its intent is written. Errors: `budget_exceeded`.
   */
  async begin(request: UsageRequest): Promise<UsageTicket> {
    const { spender, requestId, model, mode, maxOutputTokens } = request;
    const nowMs = this.#parts.clock.nowMs();
    const terms = this.#knownTerms(spender.organizationId, nowMs) ?? (await this.#readTerms(spender.organizationId));
    const wanted = { listName: terms.priceList, model, mode, atMs: nowMs };
    const quote = this.#parts.prices.quoteNow(wanted) ?? (await this.#parts.prices.quote(wanted));
    const prices = discounted(quote.prices, terms.discountBasisPoints);
    const isFree = prices.input === 0n && prices.output === 0n;
    const promptTokens = isFree ? 0 : await request.countPrompt();
    const written = this.#writerFor(mode).submit({
      type: "intent",
      requestId,
      organizationId: spender.organizationId,
      workspaceId: spender.workspaceId,
      keyId: spender.keyId,
      userId: spender.userId,
      model,
      mode,
      priceListId: quote.priceListId,
      discountBasisPoints: terms.discountBasisPoints,
      estimate: amountOf(prices, { promptTokens, cachedTokens: 0, outputTokens: maxOutputTokens }),
      promptTokens,
      instanceId: this.#instance.id,
      at: new Date(nowMs),
    });
    const durable = written.then((result) => {
      if (result.type === "refused") throw refusalOf(result.by);
    });
    if (!isFree) await durable;
    // Heard again by whoever waits for it, which the settlement does at the latest.
    durable.catch(() => {});
    return this.#ticket(request, prices, durable);
  }

  /** Settles the open requests of dead processes by their last progress. Returns how many. */
  async recover(): Promise<number> {
    const dead = await this.#instance.dead(this.#isAlone);
    if (dead.length === 0) return 0;
    const orphans = await this.#parts.database.query<IntentRow>(
      "select * from usage_intent where instance_id = any($1)",
      [dead],
    );
    const results = await Promise.all(orphans.map((intent) => this.#recoverOne(intent)));
    const count = results.filter((result) => result.type === "done").length;
    this.#parts.logger.log("info", "meter.recovered", { requests: count });
    return count;
  }

  /** Commits what is waiting. Tickets still open are left to be recovered. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const retry of this.#retries) clearTimeout(retry);
    await Promise.all([this.#writer.drain(), this.#batchWriter.drain()]);
    await this.#instance.close();
  }

  #ticket(request: UsageRequest, prices: TokenPrices, durable: Promise<void>): UsageTicket {
    const { requestId, spender, mode } = request;
    let reported = { tokens: 0, atMs: this.#parts.clock.monotonicMs() };
    return {
      durable,
      progress: ({ promptTokens, outputTokens }) => {
        const atMs = this.#parts.clock.monotonicMs();
        if (atMs - reported.atMs < PROGRESS_MS && outputTokens - reported.tokens < PROGRESS_TOKENS) return;
        reported = { tokens: outputTokens, atMs };
        // Progress only bounds what a crash costs us; a store that fails will fail the settlement too, which is heard.
        this.#writerFor(mode)
          .submit({ type: "progress", requestId, promptTokens, outputTokens })
          .catch(() => {});
      },
      settle: async (end, { attempt = 0, trace, alongside } = {}) => {
        await durable;
        const settlement = settlementOf(end);
        const amount = amountOf(prices, settlement);
        const at = new Date(this.#parts.clock.nowMs());
        const { organizationId } = spender;
        await this.#settle(
          { type: "settle", requestId, organizationId, attempt, settlement, amount, trace, at, alongside },
          this.#writerFor(mode),
        );
        return settlement;
      },
    };
  }

  /** A settlement that the store does not take is tried until it does; whoever waits hears of the first failure. */
  async #settle(operation: UsageSettle, writer: GroupCommit<UsageOperation, UsageResult>): Promise<void> {
    try {
      await writer.submit(operation);
    } catch (error) {
      const timer = setTimeout(() => {
        this.#retries.delete(timer);
        this.#settle(operation, writer).catch(() => {});
      }, RETRY_MS);
      this.#retries.add(timer);
      throw error;
    }
  }

  #writerFor(mode: PriceMode): GroupCommit<UsageOperation, UsageResult> {
    return mode === "batch" ? this.#batchWriter : this.#writer;
  }

  async #recoverOne(intent: IntentRow): Promise<UsageResult> {
    const { model, mode, output_tokens: outputTokens, organization_id: organizationId } = intent;
    const listed = await this.#parts.prices.pricesOf(intent.price_list_id ?? undefined, model, mode);
    // Without a token seen, nobody knows whether the prompt was worked through: in the customer's favour it was not.
    const promptTokens = outputTokens > 0 ? intent.prompt_tokens : 0;
    const settlement: Settlement = {
      promptTokens,
      cachedTokens: 0,
      outputTokens,
      outcome: "recovered",
      estimated: true,
    };
    return await this.#writer.submit({
      type: "settle",
      requestId: intent.request_id,
      organizationId,
      attempt: 0,
      settlement,
      amount: amountOf(discounted(listed, intent.discount_basis_points), settlement),
      trace: undefined,
      at: new Date(this.#parts.clock.nowMs()),
    });
  }

  #recoverQuietly(): void {
    this.recover().catch((error: unknown) => {
      this.#parts.logger.log("warn", "meter.recovery_failed", { message: String(error) });
    });
  }

  #knownTerms(organizationId: string, nowMs: number): Terms | undefined {
    const known = this.#terms.get(organizationId);
    return known !== undefined && nowMs - known.readAtMs < TERMS_FRESH_MS ? known : undefined;
  }

  async #readTerms(organizationId: string): Promise<Terms> {
    const nowMs = this.#parts.clock.nowMs();
    const [row] = await this.#parts.database.query<{ price_list: string | null; discount_basis_points: number }>(
      "select price_list, discount_basis_points from balance where organization_id = $1",
      [organizationId],
    );
    const terms = {
      priceList: row?.price_list ?? undefined,
      discountBasisPoints: row?.discount_basis_points ?? 0,
      readAtMs: nowMs,
    };
    this.#terms.set(organizationId, terms);
    return terms;
  }
}

function refusalOf(by: RefusedBy): TramontaneError {
  const what = by.scope === "credit" ? "The prepaid credit" : `The ${by.scope}'s budget`;
  const message = `${what} of ${formatMoney(by.cap)} does not cover this request: ${formatMoney(by.committed)} is spent or reserved.`;
  return new TramontaneError("budget_exceeded", message, {
    hint: "Raise the budget, add credit, ask for fewer tokens (max_tokens), or wait for running requests to end.",
    details: { budgetId: by.budgetId, scope: by.scope },
  });
}
