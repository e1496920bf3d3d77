import { afterAll, beforeAll, expect, test } from "vitest";
import type { BatchJob } from "#protocol";
import { batchFault } from "../../src/web/console/batch-faults.ts";
import { loadMessages } from "../../src/web/i18n/catalog.ts";
import { loadConsoleMessages } from "../../src/web/i18n/console/catalog.ts";
import { Words } from "../../src/web/i18n/words.ts";
import { scripted } from "../e2e/scripted-model.ts";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";

let server: AppServer;

beforeAll(async () => {
  server = await startAppServer({ disturb: scripted });
}, 60_000);
afterAll(() => server.close());

test("what is wrong with a line is told in the reader's language, with at most a name beside it", async () => {
  const messages = [{ role: "user", content: "say=yes rate=5000" }];
  const line = (custom_id: string, body: object) => JSON.stringify({ custom_id, body: { messages, ...body } });
  const lines = [
    line("good", {}),
    line("same", {}),
    line("same", {}),
    line("a", { model: "no-such-model" }),
    line("b", { stream: true }),
    line("c", { temperature: "hot" }),
    line("d", { messages: [] }),
    line("e", { colour: "blue" }),
    '{"custom_id": "f", "body": 7}',
    "{broken",
    `{"custom_id": "g", "body": "${"x".repeat(9e6)}"}`,
  ];
  const form = new FormData();
  form.append("purpose", "batch");
  form.append("file", new Blob([lines.join("\n")]), "requests.jsonl");
  const headers = { cookie: server.cookie, "x-tramontane-app": "1" };
  const { id: file } = (await (
    await fetch(`${server.origin}/v1/files`, { method: "POST", headers, body: form })
  ).json()) as { id: string };
  const body = { input_files: [file], endpoint: "/v1/chat/completions", model: "tramontane-small" };
  const { id } = (await (await server.call("POST", "/v1/batch/jobs", body)).json()) as BatchJob;
  const read = async () => (await (await server.call("GET", `/v1/batch/jobs/${id}`)).json()) as BatchJob;
  await expect.poll(async () => (await read()).status, { timeout: within(30_000) }).toBe("SUCCESS");
  const words = new Words("de", await loadMessages("de")).with(await loadConsoleMessages("de"));
  const told = (await read()).errors.map((fault) => ({ said: fault.message, ...batchFault(words, fault) }));
  expect(told).toHaveLength(9);
  expect(told.filter(({ text, said }) => text === said)).toEqual([]);
  expect(told.filter(({ detail = "" }) => !/^[\w.[\]-]*$/.test(detail))).toEqual([]);
  expect(told.find(({ said }) => said.includes("no-such-model"))?.detail).toBe("no-such-model");
}, 90_000);
