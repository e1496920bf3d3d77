/** Counts what native code still holds for us (models, contexts, pools), so that a test can prove that nothing leaks. */
export class NativeHandles {
  readonly #open = new Map<string, number>();

  opened(kind: string): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + 1);
  }

  closed(kind: string): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) - 1);
  }

  get count(): number {
    return [...this.#open.values()].reduce((sum, open) => sum + open, 0);
  }
}
