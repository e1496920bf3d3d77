import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Folder of the built web app, built now when its sources changed. In a process of its own: a test's NODE_ENV would be built in. */
export function builtWebApp(): string {
  execFileSync(process.execPath, ["-e", "import('./scripts/web-build.mjs').then((m) => m.buildWebApp())"], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  return resolve("dist/web");
}
