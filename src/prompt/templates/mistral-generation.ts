/** The generations of Mistral's tokenizer, each with its own instruct format (mistral-common, `TokenizerVersion`). */
export type MistralVersion = "v1" | "v2" | "v3" | "v7" | "v11" | "v13" | "v15";

/** What sets one generation apart from the others. */
export interface MistralGeneration {
  /** `first-user`, `last-user`: in front of that user message's text. `own`: between `[SYSTEM_PROMPT]` tokens, in place. */
  readonly system: "first-user" | "last-user" | "own";
  /** Before which user message the tools stand; undefined: the generation knows no tools. */
  readonly tools: "first-user" | "last-user" | undefined;
  readonly calls: "list" | "list-with-ids" | "named-with-ids" | "named";
  readonly results: "list" | "object" | "id-and-content" | "content";
  /** Calls and results before the last user message are left out of the prompt. */
  readonly forgetsOldCalls: boolean;
  readonly ordersResults: boolean;
  readonly modelSettings: boolean;
}

const V2: MistralGeneration = {
  system: "last-user",
  tools: "last-user",
  calls: "list",
  results: "list",
  forgetsOldCalls: true,
  ordersResults: false,
  modelSettings: false,
};
const V3: MistralGeneration = { ...V2, calls: "list-with-ids", results: "object", forgetsOldCalls: false };
const V7: MistralGeneration = { ...V3, system: "own", results: "id-and-content" };
const V11: MistralGeneration = { ...V7, calls: "named-with-ids", ordersResults: true };
const V13: MistralGeneration = { ...V11, tools: "first-user", calls: "named", results: "content" };

export const MISTRAL_GENERATIONS: Readonly<Record<MistralVersion, MistralGeneration>> = {
  v1: { ...V2, system: "first-user", tools: undefined },
  v2: V2,
  v3: V3,
  v7: V7,
  v11: V11,
  v13: V13,
  v15: { ...V13, modelSettings: true },
};
