/**
 * A single-consumer queue between a producer that pushes and a consumer that iterates. Unbounded: the producer's own
 * limits (max tokens) bound it. `end` and `fail` close it; what was pushed before is still delivered.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #failure: { error: unknown } | undefined;

  push(item: T): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#closed = true;
    this.#wake?.();
  }

  fail(error: unknown): void {
    if (this.#closed) return;
    this.#failure = { error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
      } else if (this.#failure) {
        throw this.#failure.error;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    }
  }
}
