import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { ReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { TramontaneError } from "#base";
import { LineCount } from "./line-count.ts";

/** Content that has arrived on disk and belongs to nobody yet. */
export interface ReceivedContent {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Lines that are not blank; undefined when a line was longer than a line of JSON may be: `lineError` says so. */
  readonly lines: number | undefined;
  readonly lineError: TramontaneError | undefined;
}

/** What one file may weigh. */
export const FILE_BYTES = 512 * 1024 * 1024;
/** What one line of a JSONL file may weigh. */
export const LINE_BYTES = 10 * 1024 * 1024;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Contents in a folder, each under its id and nothing else: no name from outside ever becomes a path. What arrives is
 * written beside, made durable, and moved into place whole.
 */
export class FileStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a content to disk as it comes. Errors: `payload_too_large`; whatever the source throws. Nothing is left behind then. */
  async receive(id: string, content: AsyncIterable<Uint8Array>, limitBytes = FILE_BYTES): Promise<ReceivedContent> {
    const path = this.#pathOf(id);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(`${path}.part`, "wx", 0o600);
    const hash = createHash("sha256");
    const lines = new LineWatch();
    let bytes = 0;
    try {
      for await (const piece of content) {
        bytes += piece.length;
        if (bytes > limitBytes) throw tooLarge(limitBytes);
        hash.update(piece);
        lines.push(piece);
        await file.writeFile(piece);
      }
      await file.sync();
      await file.close();
      await rename(`${path}.part`, path);
      await syncFolder(this.#folder);
      return { id, bytes, sha256: hash.digest(), ...lines.finish() };
    } catch (error) {
      await file.close().catch(() => {});
      await rm(`${path}.part`, { force: true });
      throw error;
    }
  }

  /** Ids of all contents that have arrived whole. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => ID.test(name)).toSorted();
  }

  /** The content from its first byte to its last. */
  read(id: string): ReadStream {
    return createReadStream(this.#pathOf(id), { highWaterMark: 256 * 1024 });
  }

  async remove(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true });
  }

  /** Removes every content of `candidates` that `isKept` does not name, and what never arrived whole. Returns how many. */
  async sweep(isKept: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number> {
    const names = await readdir(this.#folder).catch(() => []);
    const kept = await isKept(names.filter((name) => ID.test(name)));
    const strays = names.filter((name) => ID.test(name.replace(/\.part$/, "")) && !kept.has(name));
    for (const name of strays) await rm(join(this.#folder, name), { force: true });
    return strays.length;
  }

  #pathOf(id: string): string {
    if (!ID.test(id)) throw new TramontaneError("not_found", "No such file");
    return join(this.#folder, id);
  }
}

/** Counts lines and remembers, rather than throws, that one was too long: whether that matters depends on the purpose. */
class LineWatch {
  readonly #count = new LineCount(LINE_BYTES);
  #error: TramontaneError | undefined;

  push(piece: Uint8Array): void {
    if (this.#error) return;
    try {
      this.#count.push(piece);
    } catch (error) {
      this.#error = error as TramontaneError;
    }
  }

  finish(): { lines: number | undefined; lineError: TramontaneError | undefined } {
    return { lines: this.#error ? undefined : this.#count.finish(), lineError: this.#error };
  }
}

function tooLarge(limitBytes: number): TramontaneError {
  return new TramontaneError("payload_too_large", `A file may have at most ${limitBytes} bytes`, { field: "file" });
}

/** A rename is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().catch(() => {});
  await handle.close();
}
