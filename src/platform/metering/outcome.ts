import type { TokenCounts } from "../billing/price.ts";

/** How an attempt to answer ended, as the one who relayed it saw it. */
export type Ending =
  /** All of it was sent. */
  | "completed"
  /** The client left, or the server had to stop. */
  | "abandoned"
  /** The engine or the network failed. */
  | "broken";

export type UsageOutcome = "completed" | "partial" | "failed" | "recovered";

/** What is written down, and so what is billed. */
export interface Settlement extends TokenCounts {
  readonly outcome: UsageOutcome;
  /** The counts are ours, because the engine reported none. */
  readonly estimated: boolean;
}

export interface AttemptEnd extends TokenCounts {
  readonly ending: Ending;
  /** Whether the engine has worked through the prompt, known or concluded from a first token. */
  readonly promptProcessed: boolean;
  readonly estimated?: boolean;
}

/** The rule table of docs/reference/metering.md. */
export function settlementOf(end: AttemptEnd): Settlement {
  const { ending, promptTokens, cachedTokens, outputTokens, estimated = false } = end;
  const isWhole = ending === "completed";
  if (!isWhole && outputTokens === 0 && !(ending === "abandoned" && end.promptProcessed))
    return { promptTokens: 0, cachedTokens: 0, outputTokens: 0, estimated, outcome: "failed" };
  return { promptTokens, cachedTokens, outputTokens, estimated, outcome: isWhole ? "completed" : "partial" };
}
