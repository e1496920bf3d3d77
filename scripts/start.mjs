// `npm start`: makes a fresh clone ready, then serves. Not as `prestart`: npm leaves that out where install scripts are off.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

// A process of its own: what building the web app needs does not stay in the server's memory.
execFileSync(process.execPath, [fileURLToPath(new URL("setup.mjs", import.meta.url))], { stdio: "inherit" });
process.argv.splice(2, 0, "serve");
await import("../bin/tramontane.mjs");
