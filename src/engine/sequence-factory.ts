import type { Clock } from "#base";
import type { Backend } from "./backend/backend.ts";
import { ConstraintSet } from "./constraint.ts";
import type { CoreRequest } from "./core.ts";
import type { MaskCounts } from "./sampling/constrained-draw.ts";
import type { RowKernel } from "./sampling/row-kernel.ts";
import { Sampler } from "./sampling/sampler.ts";
import { type ActiveRequest, Sequence } from "./sequence.ts";
import { Drafter } from "./speculation.ts";
import { TextStream } from "./text/text-stream.ts";

/** Makes the sequences of a request: one per choice, each with what it draws, drafts and speaks with. */
export class SequenceFactory {
  readonly maskCounts: MaskCounts = { masked: 0, optimistic: 0 };
  readonly #backend: Backend;
  readonly #kernel: RowKernel;
  readonly #nowMs: () => number;
  readonly #constraints: ConstraintSet;
  readonly #endTokens: readonly number[];
  readonly #shortTokens: readonly number[];

  constructor(parts: { backend: Backend; kernel: RowKernel; clock: Clock }) {
    const { vocabulary } = parts.backend;
    this.#nowMs = () => parts.clock.monotonicMs();
    this.#backend = parts.backend;
    this.#kernel = parts.kernel;
    this.#constraints = new ConstraintSet(vocabulary);
    const tokens = Array.from({ length: vocabulary.size }, (_, token) => token);
    this.#endTokens = tokens.filter((token) => vocabulary.isEndOfGeneration(token));
    this.#shortTokens = tokens.filter((token) => [1, 2].includes(vocabulary.tokenBytes(token).length));
  }

  /** Throws `invalid_schema` or `invalid_request` when the request's constraint cannot be kept. */
  create(owner: ActiveRequest): Sequence[] {
    const { request } = owner;
    const { constraint, answerPrefix, closing } = request;
    const form =
      constraint && this.#constraints.prepare({ constraint, answerPrefix, closing }, this.#allowanceOf(request));
    const prediction = this.#backend.vocabulary.tokenize(request.prediction ?? "", { dummySpace: false });
    return Array.from({ length: request.choices }, (_, choice) => {
      const sampler = new Sampler({
        kernel: this.#kernel,
        options: request.sampling,
        choice,
        endTokens: this.#endTokens,
        minTokens: request.minTokens,
        logprobs: request.logprobs,
        matcher: form?.start.clone(),
        closesInTime: form?.closesInTime ?? false,
        endsWhole: form?.endsWhole ?? false,
        shortTokens: this.#shortTokens,
        maskCounts: this.maskCounts,
        nowMs: this.#nowMs,
      });
      return new Sequence({
        owner,
        choice,
        sampler,
        drafter: new Drafter(prediction),
        text: new TextStream(request.stop),
      });
    });
  }

  prepareForms(): void {
    this.#constraints.prepareVocabulary();
  }

  #allowanceOf({ maxTokens, prompt }: CoreRequest): number {
    return Math.min(maxTokens ?? Infinity, this.#backend.limits.contextTokens - prompt.length);
  }
}
