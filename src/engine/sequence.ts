import type { CoreRequest } from "./core.ts";
import type { Sampler } from "./sampling/sampler.ts";
import type { Drafter } from "./speculation.ts";
import type { TextStream } from "./text/text-stream.ts";
import { TokenList } from "./token-list.ts";

/** A request in the core: its choices come and go together. */
export interface ActiveRequest {
  readonly id: number;
  readonly request: CoreRequest;
  /** Order of submission. */
  readonly arrival: number;
  readonly submittedMs: number;
  /** Choices that have not finished. */
  readonly sequences: Set<Sequence>;
  isStarted: boolean;
}

/** One choice of a request: the tokens known so far, and how many of them the cache holds. */
export class Sequence {
  readonly owner: ActiveRequest;
  readonly choice: number;
  readonly tokens: TokenList;
  readonly sampler: Sampler;
  readonly text: TextStream;
  readonly drafter: Drafter;
  /** The backend's sequence, while this one runs. */
  lease: number | undefined;
  /** How many of `tokens` the cache holds under the lease. */
  computed = 0;
  /** Step of the last forward pass that had rows of this sequence. */
  lastStep = 0;
  admittedMs: number | undefined;
  firstTokenMs: number | undefined;
  draftedTokens = 0;
  acceptedTokens = 0;
  /** Until when others go first, monotonic milliseconds. */
  restsUntilMs = 0;

  constructor(parts: { owner: ActiveRequest; choice: number; sampler: Sampler; text: TextStream; drafter: Drafter }) {
    this.owner = parts.owner;
    this.choice = parts.choice;
    this.sampler = parts.sampler;
    this.text = parts.text;
    this.drafter = parts.drafter;
    this.tokens = new TokenList(parts.owner.request.prompt);
  }

  /** States of different spaces must not be mixed: the adapter changes what the cache holds. */
  get space(): string {
    return this.owner.request.adapter ?? "";
  }

  /** Known tokens that the next passes must compute; 1 while decoding. */
  get pending(): number {
    return this.tokens.length - this.computed;
  }

  get generated(): number {
    return this.tokens.length - this.owner.request.prompt.length;
  }

  /** Tokens that may still be generated, as far as `maxTokens` is concerned. */
  get allowance(): number {
    return (this.owner.request.maxTokens ?? Infinity) - this.generated;
  }
}

/** Which of two goes first: priority, then `share` (what the caller was served), then arrival. */
export function precedence(share: (caller: string) => number): (a: Sequence, b: Sequence) => number {
  return (a, b) =>
    a.owner.request.priority - b.owner.request.priority ||
    share(a.owner.request.caller) - share(b.owner.request.caller) ||
    a.owner.arrival - b.owner.arrival ||
    a.choice - b.choice;
}
