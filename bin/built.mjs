// What the set-up makes of the server's sources, and how to tell whether it is still theirs.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const HOME = fileURLToPath(new URL("..", import.meta.url));
export const SERVER = join(HOME, "dist/server");
export const STAMP_FILE = join(SERVER, "stamp");

/** Where the product begins: its command, the process of a model, the thread that compiles forms. */
export const ENTRIES = ["cli/main", "engine/worker/main", "platform/forms/form-thread"];

/** All lie in one folder, two below the product's, as `server-build.mjs` relies on. */
export const builtName = (entry) => entry.replaceAll("/", "-");
export const builtEntry = (entry) => new URL(`../dist/server/${builtName(entry)}.mjs`, import.meta.url).href;

/** Whether what was built is of the sources as they are, whose stamp this is. */
export const isBuilt = (stamp = sourceStamp()) => existsSync(STAMP_FILE) && readFileSync(STAMP_FILE, "utf8") === stamp;

/** Changes with any source of the server. Sizes and times, not contents: it is asked for at every start. */
export function sourceStamp() {
  const hash = createHash("sha256");
  const add = (path) => {
    const { mtimeMs, size } = statSync(join(HOME, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  for (const path of ["package-lock.json", "package.json", "scripts/server-build.mjs"]) add(path);
  for (const floor of readdirSync(join(HOME, "src")).toSorted()) {
    if (floor === "web") continue;
    const names = readdirSync(join(HOME, "src", floor), { recursive: true });
    for (const name of names.toSorted()) if (/(?<!\.test)\.ts$/.test(name)) add(join("src", floor, name));
  }
  return hash.digest("hex");
}
