import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

const KEY = "the-key-of-all-scopes";
const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(root, "node_modules/@mistralai/mistralai/examples/src");
const directory = mkdtempSync(join(tmpdir(), "tramontane-examples-"));
const LINE = { custom_id: "0", body: { messages: [{ role: "user", content: "Hello" }] } };
let office: BackOffice;
let server: TestServer;

beforeAll(async () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  office = await openBackOffice({ directory, role: "server", configuredKey: KEY, clock, logger: silentLogger });
  server = await startTestServer({ office });
  // Where the examples believe to be: beside their file, below the packages they import.
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"), "dir");
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  writeFileSync(join(directory, "file.jsonl"), `${JSON.stringify(LINE)}\n`);
}, 60_000);
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs an example exactly as the client's package carries it; what it prints. */
async function run(name: string): Promise<string> {
  const copy = join(directory, name);
  copyFileSync(join(examples, name), copy);
  const redirect = pathToFileURL(join(root, "tests/support/redirect-hosted.mjs")).href;
  const tsx = pathToFileURL(
    join(dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "dist/loader.mjs"),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", redirect, "--import", tsx.href, copy], {
    env: { PATH: process.env["PATH"], MISTRAL_API_KEY: KEY, TRAMONTANE_ORIGIN: server.origin },
    timeout: 150_000,
  });
  return stdout;
}

// Some examples swallow their errors, so what counts is what they print.
test.each([
  ["async_files.ts", [/sampleType: 'instruct'/, /object: 'list'|data: \[/, /deleted: false/, /deleted: true/]],
  ["async_batch_jobs.ts", [/^Created job with ID: /, /Job is done, status SUCCESS/, /chat\.completion/]],
  [
    "async_conversation_agent.ts",
    [/All result entries:\nentry: [\s\S]*All result entries:\nentry: /, /message\.output/],
  ],
  ["model_management.ts", [/^Found 0 fine-tuned model\(s\)\./]],
  ["async_list_models.ts", [/mistral-small-latest/]],
  ["async_chat_no_streaming.ts", [/^Chat: /, /finishReason/]],
  ["async_chat_streaming.ts", [/^[^{]+$/]],
  ["async_embeddings.ts", [/embedding: \[/]],
] as const)(
  "the client's own %s runs as it is",
  async (name, signs) => {
    const printed = await run(name);
    for (const sign of signs) expect(printed).toMatch(sign);
  },
  180_000,
);
