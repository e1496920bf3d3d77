import type { Clock } from "#base";
import type { Vocabulary } from "./backend/backend.ts";
import type { CoreOutput } from "./core.ts";
import type { FinishReason, GenerationEvent, TokenLogprob } from "./generation.ts";
import type { Sample } from "./sampling/sampler.ts";
import type { Sequence } from "./sequence.ts";

interface GenerationOutputParts {
  readonly vocabulary: Vocabulary;
  readonly contextTokens: number;
  readonly clock: Clock;
  readonly emit: (output: CoreOutput) => void;
}

/** What a drawn token means: text, a control event, the end of its choice and why. */
export class GenerationOutput {
  readonly #parts: GenerationOutputParts;

  constructor(parts: GenerationOutputParts) {
    this.#parts = parts;
  }

  /** Takes a drawn token into its sequence; returns why the choice ends, if it does. */
  accept(sequence: Sequence, sample: Sample): FinishReason | undefined {
    const { vocabulary, contextTokens, clock } = this.#parts;
    const { token } = sample;
    sequence.firstTokenMs ??= clock.monotonicMs();
    sequence.tokens.push(token);
    sequence.sampler.accept(token);
    if (vocabulary.isEndOfGeneration(token)) return "stop";
    const control = vocabulary.controlText(token);
    const isStopped =
      control === undefined
        ? sequence.text.push(vocabulary.tokenBytes(token), this.#logprobOf(sample))
        : sequence.text.flush();
    if (isStopped || sequence.sampler.mustEnd) return "stop";
    if (control !== undefined) {
      this.report(sequence);
      this.#emit(sequence, { type: "control", choice: sequence.choice, text: control });
    }
    const cut = sequence.allowance <= 0 ? "length" : sequence.tokens.length >= contextTokens ? "context" : undefined;
    return cut !== undefined && sequence.sampler.isWhole ? "stop" : cut;
  }

  /** Emits the text that became final since the last report, if any did. */
  report(sequence: Sequence): void {
    const final = sequence.text.take();
    if (final === undefined) return;
    const { text, tokens, logprobs } = final;
    const event = { type: "text", choice: sequence.choice, text, tokens } as const;
    this.#emit(sequence, sequence.owner.request.logprobs === undefined ? event : { ...event, logprobs });
  }

  finish(sequence: Sequence, reason: FinishReason): void {
    // Held text may complete a stop text with its very last character; the stop then says more than the length.
    const isStopped = sequence.text.flush();
    this.report(sequence);
    const now = this.#parts.clock.monotonicMs();
    const admitted = sequence.admittedMs ?? now;
    const firstToken = sequence.firstTokenMs ?? now;
    const hasParts = sequence.owner.request.constraint?.kind === "tool_calls";
    this.#emit(sequence, {
      type: "finished",
      choice: sequence.choice,
      reason: isStopped ? "stop" : reason,
      completionTokens: sequence.generated,
      ...(hasParts ? { parts: sequence.sampler.answerParts() } : {}),
      form: sequence.sampler.formStatistics,
      timings: {
        queueMs: admitted - sequence.owner.submittedMs,
        prefillMs: firstToken - admitted,
        decodeMs: now - firstToken,
        draftedTokens: sequence.draftedTokens,
        acceptedTokens: sequence.acceptedTokens,
      },
    });
  }

  #emit(sequence: Sequence, event: GenerationEvent): void {
    const { id, request } = sequence.owner;
    const canWait = request.isReadWhole === true && event.type === "text";
    this.#parts.emit(canWait ? { id, event, canWait } : { id, event });
  }

  #logprobOf(sample: Sample): TokenLogprob | undefined {
    if (sample.ranked === undefined) return undefined;
    const [chosen, ...top] = sample.ranked.map(({ token, logprob }) => ({
      token,
      bytes: this.#bytesOf(token),
      logprob,
    }));
    return { ...chosen!, top };
  }

  #bytesOf(token: number): Uint8Array {
    return this.#parts.vocabulary.tokenBytes(token);
  }
}
