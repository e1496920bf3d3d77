import { invariant } from "#base";

/** A growing list of token ids in one Int32Array: appending is amortised O(1), `view` copies nothing. */
export class TokenList {
  #items: Int32Array;
  #length = 0;

  constructor(initial: Int32Array = new Int32Array(0)) {
    this.#items = new Int32Array(Math.max(16, initial.length));
    this.append(initial);
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    invariant(index >= 0 && index < this.#length, `token ${index} of ${this.#length}`);
    return this.#items[index]!;
  }

  push(token: number): void {
    this.#reserve(1);
    this.#items[this.#length++] = token;
  }

  append(tokens: Int32Array): void {
    this.#reserve(tokens.length);
    this.#items.set(tokens, this.#length);
    this.#length += tokens.length;
  }

  /** Forgets everything from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** The tokens [from, to), valid until the list grows. */
  view(from = 0, to = this.#length): Int32Array {
    return this.#items.subarray(from, Math.min(to, this.#length));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#items.length) return;
    const grown = new Int32Array(Math.max(needed, this.#items.length * 2));
    grown.set(this.#items.subarray(0, this.#length));
    this.#items = grown;
  }
}

/** How many leading tokens two lists have in common. */
export function commonPrefixLength(left: Int32Array, right: Int32Array): number {
  const end = Math.min(left.length, right.length);
  let length = 0;
  while (length < end && left[length] === right[length]) length++;
  return length;
}
