import type { SpanKind } from "./thread.ts";

/** A run of bytes of an answer that belong to one part of it. */
export interface Span {
  readonly kind: SpanKind;
  readonly from: number;
  readonly to: number;
}

const KINDS: readonly SpanKind[] = ["syntax", "content", "call_name", "call_arguments", "call_id", "thinking"];

/** Says of every byte of an answer what it is part of; grows and shrinks at its end with the text. */
export class SpanRecord {
  #kinds: number[] = [];

  push(kind: SpanKind): void {
    this.#kinds.push(KINDS.indexOf(kind));
  }

  truncate(length: number): void {
    this.#kinds.length = length;
  }

  copy(): SpanRecord {
    const copy = new SpanRecord();
    copy.#kinds = [...this.#kinds];
    return copy;
  }

  /** The runs in order, without the syntax between them. */
  spans(): Span[] {
    const spans: Span[] = [];
    for (let at = 0; at < this.#kinds.length;) {
      const kind = this.#kinds[at]!;
      let end = at + 1;
      while (this.#kinds[end] === kind) end++;
      if (kind !== 0) spans.push({ kind: KINDS[kind]!, from: at, to: end });
      at = end;
    }
    return spans;
  }
}
