import type { TokenLogprob } from "../generation.ts";
import { Detokenizer } from "./detokenizer.ts";
import { StopMatcher } from "./stop-matcher.ts";

/** What of a generation became final: text that nothing can take back, and the tokens it came from. */
export interface FinalText {
  readonly text: string;
  readonly tokens: number;
  readonly logprobs: readonly TokenLogprob[];
}

/** Turns the tokens of one choice into final text: UTF-8 is whole, stop texts and what follows them never appear. */
export class TextStream {
  readonly #detokenizer = new Detokenizer();
  readonly #stop: StopMatcher;
  /** Tokens not yet final, each with the length of all text up to its end. */
  #pending: { readonly end: number; readonly logprob: TokenLogprob | undefined }[] = [];
  #decodedLength = 0;
  #releasedLength = 0;
  #text = "";

  constructor(stops: readonly string[]) {
    this.#stop = new StopMatcher(stops);
  }

  /** Takes in one token; true when a stop text is now complete. */
  push(bytes: Uint8Array, logprob: TokenLogprob | undefined): boolean {
    const text = this.#detokenizer.push(bytes);
    this.#decodedLength += text.length;
    this.#pending.push({ end: this.#decodedLength + (this.#detokenizer.isHolding ? 1 : 0), logprob });
    this.#release(this.#stop.push(text));
    return this.#stop.isStopped;
  }

  /** The text ends, or a control token interrupts it: nothing is held back any longer. True when a stop text matched. */
  flush(): boolean {
    const rest = this.#detokenizer.flush();
    this.#decodedLength += rest.length;
    this.#release(this.#stop.push(rest));
    this.#release(this.#stop.flush());
    return this.#stop.isStopped;
  }

  /** What became final since the last call, if anything did. */
  take(): FinalText | undefined {
    const firstPending = this.#pending.findIndex((token) => token.end > this.#releasedLength);
    const final = this.#pending.splice(0, firstPending < 0 ? this.#pending.length : firstPending);
    const text = this.#text;
    this.#text = "";
    if (final.length === 0 && text === "") return undefined;
    return { text, tokens: final.length, logprobs: final.flatMap((token) => token.logprob ?? []) };
  }

  #release(text: string): void {
    this.#text += text;
    this.#releasedLength += text.length;
  }
}
