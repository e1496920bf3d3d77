// Makes a fresh clone ready. Plain JavaScript with node: imports only: it runs before anything is installed.
// `npm install`, not `npm ci`: where the registry lacks other platforms' optional binaries, the lock file omits them
// and `npm ci` then refuses it. `npm start` installs what serving needs; `--dev` (npm test) installs the rest too.
import { execSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const stampFile = "node_modules/.tramontane-setup.json";
const wantsDev = process.argv.includes("--dev");

const manifestHash = () =>
  createHash("sha256").update(readFileSync("package.json")).update(readFileSync("package-lock.json")).digest("hex");

const readStamp = () => {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return { hash: "", dev: false };
  }
};

const stamp = readStamp();
if (stamp.hash !== manifestHash() || (wantsDev && !stamp.dev)) {
  const dev = wantsDev || stamp.dev;
  console.log(`setup: installing ${dev ? "all" : "runtime"} dependencies`);
  const omit = dev ? "" : " --omit=dev";
  execSync(`npm install${omit} --no-save --no-fund --no-audit --loglevel=error`, { stdio: "inherit" });
  writeFileSync(stampFile, JSON.stringify({ hash: manifestHash(), dev }));
}

// Loaded only now: it needs what was just installed.
const { buildServer } = await import("./server-build.mjs");
await buildServer();
const { buildWebApp } = await import("./web-build.mjs");
await buildWebApp();
