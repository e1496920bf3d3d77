// `npm test`: the static checks, then every test. The last line is `N passed, N failed`; a failed check counts as one failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (command, args) =>
  spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" }).status === 0;

const folder = mkdtempSync(join(tmpdir(), "tramontane-test-"));
const report = join(folder, "report.json");
const checked = run("npm", ["run", "--silent", "check"]);
const tested = run("npx", [
  "vitest",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);

let passed = 0;
let failed = checked ? 0 : 1;
try {
  const results = JSON.parse(readFileSync(report, "utf8"));
  passed = results.numPassedTests;
  failed += results.numFailedTests;
} catch {
  failed += 1;
}
if (!tested && failed === 0) failed = 1;
rmSync(folder, { recursive: true, force: true });
if (!checked) console.error("The static checks failed: see above (npm run check).");
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
