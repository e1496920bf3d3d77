import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const count = async (loader: string): Promise<unknown> => {
  const module = pathToFileURL("src/base/index.ts").href;
  const flags = loader === "tsx" ? ["--import", "tsx"] : [];
  const first = loader === "tsx" ? "node:fs" : loader;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    "tests/support/count-names.mjs",
    first,
    module,
  ]);
  return JSON.parse(stdout);
};

test("functions of the running product are not named a second time", { timeout: 120_000 }, async () => {
  expect(await count(pathToFileURL("bin/typescript.mjs").href)).toEqual({ count: 0, name: "TramontaneError" });
  // Were tsx to change, the count above would be worth nothing.
  expect(await count("tsx")).toMatchObject({ count: expect.toSatisfy((times: number) => times > 3) });
});
