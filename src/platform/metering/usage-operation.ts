import type { Pico } from "../billing/money.ts";
import type { PriceMode } from "../billing/price.ts";
import type { Queryable } from "../storage/database.ts";
import type { Settlement } from "./outcome.ts";

/** A request that is about to be answered: what must be known of it should this process die. */
export interface UsageIntent {
  readonly type: "intent";
  readonly requestId: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly keyId: string | undefined;
  readonly userId?: string | undefined;
  readonly model: string;
  readonly mode: PriceMode;
  readonly priceListId: string | undefined;
  readonly discountBasisPoints: number;
  /** Reserved in every budget concerned until the request is settled. */
  readonly estimate: Pico;
  readonly promptTokens: number;
  /** The gateway process that answers it. */
  readonly instanceId: string;
  readonly at: Date;
}

/** How many tokens have been sent so far: what a killed process's request is billed. */
export interface UsageProgress {
  readonly type: "progress";
  readonly requestId: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** How a request went, for whoever asks about it later. Never the words. */
export interface UsageTrace {
  readonly operation: string;
  /** Finish reasons, or error codes. */
  readonly endings: readonly string[];
  readonly durationMs: number;
  readonly firstTextMs: number | undefined;
  readonly timings?: { readonly queueMs: number; readonly prefillMs: number; readonly decodeMs: number } | undefined;
  /** What holding the answer to its form took. */
  readonly form?: { readonly ms: number } | undefined;
  /** Of a model on other servers: those that were asked, in order, and what became of it. */
  readonly attempts?: readonly { readonly host: string; readonly outcome: string; readonly ms: number }[] | undefined;
}

/** The end of a request. The second one for the same request changes nothing. */
export interface UsageSettle {
  readonly type: "settle";
  readonly requestId: string;
  readonly organizationId: string;
  readonly attempt: number;
  readonly settlement: Settlement;
  readonly amount: Pico;
  readonly trace: UsageTrace | undefined;
  readonly at: Date;
  readonly alongside?: Alongside | undefined;
}

/**
 * Something written in the settlement's own transaction, so that there is both or neither: an answer that is delivered by
 * being stored.
 */
export interface Alongside {
  /** Of one group of settlements, all that have the same function are stored by one call. */
  readonly store: StoreTogether;
  readonly item: unknown;
}

/** Stores items of several settlements and returns those that were still wanted; the others are not charged. */
export type StoreTogether = (session: Queryable, items: readonly unknown[]) => Promise<ReadonlySet<unknown>>;

export type UsageOperation = UsageIntent | UsageProgress | UsageSettle;

export type UsageResult =
  | { readonly type: "done" }
  /** The request was settled before, or never begun. */
  | { readonly type: "duplicate" }
  | { readonly type: "refused"; readonly by: RefusedBy };

/** Which limit of money a request would have passed. Amounts in pico-units. */
export interface RefusedBy {
  readonly budgetId: string | undefined;
  readonly scope: "organization" | "workspace" | "key" | "credit";
  readonly cap: Pico;
  readonly committed: Pico;
}
