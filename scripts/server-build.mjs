// Builds the server into dist/server when its sources changed since the last build: one file per place where the product begins, and
// those that they share. Packages stay where they are.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { builtName, ENTRIES, HOME, isBuilt, SERVER, sourceStamp, STAMP_FILE } from "../bin/built.mjs";

/** A built module finds files beside its source, where they are: it says that it is its source. */
const ownAddress = {
  name: "own address",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = `new URL(${JSON.stringify(join("../..", relative(HOME, path)))}, import.meta.url).href`;
      const text = await readFile(path, "utf8");
      return { contents: text.replaceAll("import.meta.url", source), loader: "ts" };
    });
  },
};

/** No build takes longer; they take a second. */
const ABANDONED_MS = 600_000;

/** Removes what set-ups left that were killed while they built. */
function removeAbandoned() {
  const folder = dirname(SERVER);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder).filter((other) => /^server\.\d+$/.test(other))) {
    const path = join(folder, name);
    // Gone by now: another build has ended.
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
  }
}

export async function buildServer() {
  const stamp = sourceStamp();
  if (isBuilt(stamp)) return;
  console.log("setup: building the server");
  // Loaded here: this file is imported before anything is installed.
  const { build } = await import("esbuild");
  removeAbandoned();
  // In a folder of its own first: others may start from the one that is there, or build it too.
  const fresh = `${SERVER}.${process.pid}`;
  await build({
    absWorkingDir: HOME,
    entryPoints: ENTRIES.map((entry) => ({ in: `src/${entry}.ts`, out: builtName(entry) })),
    outdir: fresh,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: "linked",
    logLevel: "warning",
    plugins: [ownAddress],
  });
  writeFileSync(join(fresh, basename(STAMP_FILE)), stamp);
  rmSync(SERVER, { recursive: true, force: true });
  try {
    renameSync(fresh, SERVER);
  } catch (error) {
    // Somebody else's build of the same sources came between.
    if (error.code !== "ENOTEMPTY") throw error;
    rmSync(fresh, { recursive: true });
  }
}
