/** Looks for one text in a stream, wherever the pieces are cut. */
export class MarkFinder {
  readonly #mark: string;
  #held = "";

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** The text that is certainly before the mark; `after` is what follows it, once found. */
  push(text: string): { readonly before: string; readonly after: string | undefined } {
    const seen = this.#held + text;
    const at = seen.indexOf(this.#mark);
    if (at >= 0) {
      this.#held = "";
      return { before: seen.slice(0, at), after: seen.slice(at + this.#mark.length) };
    }
    let held = Math.min(this.#mark.length - 1, seen.length);
    while (held > 0 && !this.#mark.startsWith(seen.slice(-held))) held -= 1;
    this.#held = seen.slice(seen.length - held);
    return { before: seen.slice(0, seen.length - held), after: undefined };
  }

  /** What was held back because it could have begun the mark. */
  release(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}
