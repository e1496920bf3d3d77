import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** A model file that can be served. */
export interface ModelFile {
  /** The file's name without `.gguf`: what it is served as. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Files of this kind belong to a model but are none. */
const PARTS = /^(mmproj|ggml-vocab)|-0000[2-9]-of-|\.adapter$/i;

/**
 * The GGUF files of the folders, by name; in a name that stands in several folders the first one wins, so that a pulled
 * model can replace a shipped one. A folder that does not exist is empty.
 */
export function findModelFiles(folders: readonly string[]): ModelFile[] {
  const found = new Map<string, ModelFile>();
  for (const folder of folders.filter((path) => existsSync(path))) {
    for (const entry of readdirSync(folder).filter((file) => file.endsWith(".gguf"))) {
      const name = basename(entry, ".gguf");
      const path = join(folder, entry);
      const stats = statSync(path);
      if (found.has(name) || PARTS.test(name) || !stats.isFile()) continue;
      found.set(name, { name, path, bytes: stats.size, modifiedMs: stats.mtimeMs });
    }
  }
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}
