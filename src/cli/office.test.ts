import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { COMMANDS } from "./commands/index.ts";
import { loadConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "tramontane-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string, dataDir = folder) {
  const [name, ...positionals] = line.split(" ");
  const out: string[] = [];
  const fail: string[] = [];
  const code = await COMMANDS.find((command) => command.name === name)!.run({
    config: loadConfig({ flags: { dataDir }, environment: {} }),
    positionals,
    options: {},
    out: (text) => out.push(text),
    fail: (text) => fail.push(text),
    stop: new AbortController().signal,
  });
  return { code, out: out.join("\n"), fail: fail.join("\n") };
}

test("a key is made and shown once, the books agree, and a backup moves all of it", async () => {
  const made = await run("key create my-app");
  expect(made.out).toMatch(/^tmk_[0-9a-f]{8}_[\w-]{43}$/);
  const listed = await run("key list");
  expect(listed.out).toContain(made.out.slice(0, 12));
  expect(listed.out).not.toContain(made.out);
  const file = join(folder, "backup.gz");
  expect((await run(`backup ${file}`)).code).toBe(0);
  const elsewhere = join(folder, "elsewhere");
  expect((await run(`restore ${file}`, elsewhere)).code).toBe(0);
  expect(await run("billing verify", elsewhere)).toMatchObject({
    code: 0,
    fail: "",
    out: expect.stringContaining("all agree"),
  });
}, 90_000);

test("a verb that is none names those there are", async () => {
  expect(await run("billing")).toMatchObject({ code: 2, fail: expect.stringContaining("verify") });
});
