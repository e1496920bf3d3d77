/** What a request cost, in tokens, as it stands on the wire. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly num_cached_tokens?: number;
  readonly completion_tokens_details?: FormUsage;
}

/** Our own: what keeping an answer to its form took. */
export interface FormUsage {
  /** Tokens that came without asking the model, since nothing else was possible. */
  readonly forced_tokens: number;
  /** Time for masks and steps of the grammar, microseconds, over all choices. */
  readonly mask_us: number;
  /** Whether an answer was brought to its end because its tokens ran out. */
  readonly closed_early: boolean;
}

export function countUsage(promptTokens: number, completionTokens: number, cachedTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    num_cached_tokens: cachedTokens,
  };
}
