/**
 * Finds the first stop text in a stream of text pieces, whatever the pieces: the match that is complete first wins, of
 * those the longest. Text that may still turn out to begin a stop text is held back.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = "";
  #isStopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
    this.#longest = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Returns the text that is now certain to come before any stop text. */
  push(piece: string): string {
    if (this.#isStopped) return "";
    if (this.#stops.length === 0) return piece;
    const text = this.#held + piece;
    const match = this.#firstMatch(text);
    if (match !== undefined) {
      this.#isStopped = true;
      this.#held = "";
      return text.slice(0, match);
    }
    const certain = text.length - this.#possibleBeginning(text);
    this.#held = text.slice(certain);
    return text.slice(0, certain);
  }

  /** The text ends here: what was held back is certain after all. */
  flush(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }

  #firstMatch(text: string): number | undefined {
    const matches = this.#stops
      .map((stop) => ({ start: text.indexOf(stop), length: stop.length }))
      .filter(({ start }) => start >= 0)
      .toSorted((a, b) => a.start + a.length - (b.start + b.length) || a.start - b.start);
    return matches[0]?.start;
  }

  /** Length of the longest end of `text` that begins a stop text. */
  #possibleBeginning(text: string): number {
    for (let length = Math.min(text.length, this.#longest - 1); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(end))) return length;
    }
    return 0;
  }
}
