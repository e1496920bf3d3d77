import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** A model file that can be served. */
export interface ModelFile {
  /** The file's name without `.gguf`: what it is served as. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Its LoRA adapters: files `NAME.ADAPTER.adapter.gguf` in the same folder, by ADAPTER. */
  readonly adapters?: Readonly<Record<string, string>>;
}

/** Files of this kind belong to a model but are none. */
const PARTS = /^(mmproj|ggml-vocab)|-0000[2-9]-of-|\.adapter$/i;
const ADAPTER = /^\.([\w-]{1,64})\.adapter\.gguf$/;

/**
 * The GGUF files of the folders, by name; in a name that stands in several folders the first one wins, so that a pulled
 * model can replace a shipped one. A folder that does not exist is empty.
 */
export function findModelFiles(folders: readonly string[]): ModelFile[] {
  const found = new Map<string, ModelFile>();
  for (const folder of folders.filter((path) => existsSync(path))) {
    const entries = readdirSync(folder).filter((file) => file.endsWith(".gguf"));
    for (const entry of entries) {
      const name = basename(entry, ".gguf");
      const path = join(folder, entry);
      const stats = statSync(path);
      if (found.has(name) || PARTS.test(name) || !stats.isFile()) continue;
      const adapters = adaptersOf(name, folder, entries);
      found.set(name, {
        name,
        path,
        bytes: stats.size,
        modifiedMs: stats.mtimeMs,
        ...(adapters.length > 0 ? { adapters: Object.fromEntries(adapters) } : {}),
      });
    }
  }
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}

function adaptersOf(model: string, folder: string, entries: readonly string[]): [string, string][] {
  return entries.flatMap((entry): [string, string][] => {
    const name = entry.startsWith(model) ? ADAPTER.exec(entry.slice(model.length))?.[1] : undefined;
    return name === undefined ? [] : [[name, join(folder, entry)]];
  });
}
