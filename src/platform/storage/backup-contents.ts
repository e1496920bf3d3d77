import { join } from "node:path";
import { TramontaneError } from "#base";
import { FileStore } from "../files/file-store.ts";

/** Where the contents of uploaded files lie in a data directory. */
export const contentFolder = (directory: string): string => join(directory, "files");

const START = /^\{"content":"([0-9a-f-]{36})"\}$/;

/** Whether a backup's line begins a content. */
export const isContentStart = (line: string): boolean => START.test(line);

/** Every content of the folder as lines: its id, then its bytes in pieces, in base64. One removed meanwhile is left out. */
export async function* contentLines(folder: string): AsyncGenerator<string> {
  const store = new FileStore(folder);
  for (const id of await store.ids()) {
    let isStarted = false;
    try {
      const content = store.read(id);
      for await (const piece of content) {
        if (!isStarted) yield JSON.stringify({ content: id });
        isStarted = true;
        yield `"${(piece as Buffer).toString("base64")}"`;
      }
      if (!isStarted) yield JSON.stringify({ content: id });
    } catch (error) {
      // An open file outlives its name, so a content is whole or was never there.
      if (isStarted || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Brings contents back, each durable and whole before the next. */
export class ContentReader {
  readonly #store: FileStore;

  constructor(folder: string) {
    this.#store = new FileStore(folder);
  }

  /** Reads the contents that begin at `line`, up to the end; returns their ids. What a failure leaves behind is removed. */
  async take(line: IteratorResult<string>, lines: AsyncIterator<string>): Promise<string[]> {
    const ids: string[] = [];
    try {
      for (let next = line; next.done !== true;) {
        const id = START.exec(next.value)?.[1];
        if (id === undefined)
          throw new TramontaneError("invalid_request", "The backup holds a line that nobody understands.");
        const pieces = new Pieces(lines);
        // Named before it arrives: its remains are to be removed too.
        ids.push(id);
        await this.#store.receive(id, pieces.bytes(), Number.POSITIVE_INFINITY);
        next = pieces.next;
      }
      return ids;
    } catch (error) {
      await Promise.all(ids.map((id) => this.#store.remove(id)));
      throw error;
    }
  }
}

/** The lines of one content; `next` is the line after them. */
class Pieces {
  readonly #lines: AsyncIterator<string>;
  next: IteratorResult<string> = { done: true, value: undefined };

  constructor(lines: AsyncIterator<string>) {
    this.#lines = lines;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.next = await this.#lines.next();
      if (this.next.done === true || !this.next.value.startsWith('"')) return;
      yield Buffer.from(this.next.value.slice(1, -1), "base64");
    }
  }
}
