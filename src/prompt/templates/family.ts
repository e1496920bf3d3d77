import type { PromptPart } from "../segment.ts";

/** What every built-in template family is made from. */
export interface FamilyParts {
  readonly reason: string;
  readonly controlTokens: readonly string[];
  /**
   * Control tokens in front of everything: begin-of-sequence, for families that always had it in training, where the
   * engine does not add it itself.
   */
  readonly start: readonly PromptPart[];
}
