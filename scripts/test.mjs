// `npm test`: the static checks, then every test. The last line is `N passed, N failed`; a failed check counts as one failure.
// Files that failed beside others run once more by themselves: a machine too busy for a time limit is named, not hidden.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const run = (command, args) =>
  spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" }).status === 0;

const folder = mkdtempSync(join(tmpdir(), "tramontane-test-"));

/** Runs vitest and reads its report: what passed, what failed, and the files to blame; no report is one failure. */
function test(name, args) {
  const report = join(folder, `${name}.json`);
  const isGreen = run("npx", [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...args,
  ]);
  try {
    const results = JSON.parse(readFileSync(report, "utf8"));
    const files = results.testResults.filter(({ status }) => status === "failed");
    // A file that could not be loaded has no failed test in it.
    return {
      passed: results.numPassedTests,
      failed: Math.max(results.numFailedTests, files.length, isGreen ? 0 : 1),
      files,
    };
  } catch {
    return { passed: 0, failed: 1, files: [] };
  }
}

const passedIn = ({ assertionResults }) => assertionResults.filter(({ status }) => status === "passed").length;

const checked = run("npm", ["run", "--silent", "check"]);
let { passed, failed, files } = test("all", process.argv.slice(2));
const names = files.map(({ name }) => relative(process.cwd(), name));
// More than a few are not the machine's doing.
if (names.length > 0 && names.length <= 5) {
  console.log(`Once more, by themselves: ${names.join(", ")}`);
  const alone = test("alone", [...names, "--no-file-parallelism"]);
  passed += alone.passed - files.reduce((sum, file) => sum + passedIn(file), 0);
  failed = alone.failed;
  if (failed === 0) console.log(`Failed beside other tests, passed alone: ${names.join(", ")}`);
}
rmSync(folder, { recursive: true, force: true });
if (!checked) console.error("The static checks failed: see above (npm run check).");
failed += checked ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
