import type { PromptPart } from "../segment.ts";

/** What every built-in template family is made from. */
export interface FamilyParts {
  readonly reason: string;
  readonly controlTokens: readonly string[];
  /** Control tokens in front of everything; empty where the engine adds begin-of-sequence itself. */
  readonly start: readonly PromptPart[];
}
