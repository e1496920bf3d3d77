/** A piece of code and the class of its colour; empty for plain text. */
export type CodeSpan = readonly [className: string, text: string];

export interface HighlightReply {
  readonly id: number;
  /** Undefined when the language is not known. */
  readonly spans: readonly CodeSpan[] | undefined;
}

/** Colours code in one worker, started with the first piece of code. */
export class Highlighter {
  readonly #waiting = new Map<number, (spans: readonly CodeSpan[] | undefined) => void>();
  #worker: Worker | undefined;
  #count = 0;

  highlight(code: string, language: string): Promise<readonly CodeSpan[] | undefined> {
    this.#worker ??= this.#start();
    const id = ++this.#count;
    this.#worker.postMessage({ id, code, language });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #start(): Worker {
    const worker = new Worker(new URL("./highlight.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<HighlightReply>) => {
      this.#waiting.get(data.id)?.(data.spans);
      this.#waiting.delete(data.id);
    });
    return worker;
  }
}
