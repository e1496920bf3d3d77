import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Mistral } from "@mistralai/mistralai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import type { EngineModel } from "#engine";
import { february2024, openBackOffice, setBillingTerms, verifyBilling } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { Completion } from "../support/wire-shapes.ts";

const KEY = "the-key-of-all-scopes";
const directory = mkdtempSync(join(tmpdir(), "tramontane-batches-"));
let office: BackOffice;
let server: TestServer;
let client: Mistral;
/** Holds lines back while it is set. */
let hold: Promise<void> | undefined;

/** Makes the toy wait where a test wants to see a batch half done. */
const holding = (toy: EngineModel): EngineModel => ({
  info: toy.info,
  status: () => toy.status(),
  tokenize: (prompt) => toy.tokenize(prompt),
  detokenize: (tokens) => toy.detokenize(tokens),
  embed: (inputs, signal) => toy.embed(inputs, signal),
  async *generate(request, signal) {
    const released = hold ?? Promise.resolve();
    const left = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    if (request.priority > 0) await Promise.race([released, left]);
    signal.throwIfAborted();
    yield* toy.generate(request, signal);
  },
  unload: () => toy.unload(),
});

beforeAll(async () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  office = await openBackOffice({ directory, role: "server", configuredKey: KEY, clock, logger: silentLogger });
  const names = new Map([["mistral-small-latest", "toy-chat"]]);
  const { name } = await office.prices.add(february2024("EUR", names));
  const { organizationId } = office.firstWorkspace;
  const terms = { priceList: name, discountBasisPoints: 0, whenCreditEnds: "overage" } as const;
  await setBillingTerms(office, { organizationId, terms, actor: "test" });
  server = await startTestServer({ office, disturb: holding });
  client = new Mistral({ apiKey: KEY, serverURL: server.origin });
}, 60_000);
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});

const model = "mistral-small-latest";
const ask = (content: string, over = {}) => ({ messages: [{ role: "user", content }], max_tokens: 4, ...over });
const chat = "/v1/chat/completions";
const ENDED = ["SUCCESS", "FAILED", "CANCELLED", "TIMEOUT_EXCEEDED"];

async function ended(jobId: string, inline?: boolean) {
  await expect
    .poll(async () => ENDED.includes((await client.batch.jobs.get({ jobId })).status), { timeout: 90_000 })
    .toBe(true);
  return await client.batch.jobs.get({ jobId, ...(inline === undefined ? {} : { inline }) });
}

interface Output {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: { readonly data?: unknown } };
  readonly error: { readonly message: string } | null;
}

async function linesOf(fileId: string | null | undefined): Promise<Output[]> {
  const text = await new Response(await client.files.download({ fileId: fileId! })).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("D33, as the official example: inline requests, their answers in the job", async () => {
  const requests = Array.from({ length: 5 }, (_, i) => ({ customId: String(i), body: ask(`What's i + ${i}`) }));
  const made = await client.batch.jobs.create({ requests, model, endpoint: chat, metadata: { job_type: "testing" } });
  expect(made).toMatchObject({
    status: "QUEUED",
    totalRequests: 5,
    completedRequests: 0,
    metadata: { job_type: "testing" },
  });
  const job = await ended(made.id);
  expect(job).toMatchObject({
    status: "SUCCESS",
    succeededRequests: 5,
    failedRequests: 0,
    errors: [],
    errorFile: null,
  });
  expect(job.outputs!.map((output) => output["custom_id"])).toEqual(["0", "1", "2", "3", "4"]);
  for (const output of job.outputs!) {
    const { status_code: status, body } = output["response"] as { status_code: number; body: unknown };
    expect(status).toBe(200);
    expect(Completion.parse(body).model).toBe(model);
  }
  expect(await linesOf(job.outputFile)).toEqual(job.outputs);
  expect((await client.files.retrieve({ fileId: job.outputFile! })).sampleType).toBe("batch_result");
});

test("a file of lines, good and bad: each is answered by itself, errors as the endpoint words them", async () => {
  const lines = [
    JSON.stringify({ custom_id: "good", body: ask("a") }),
    "this is not JSON",
    JSON.stringify({ custom_id: "good", body: ask("the same id") }),
    "",
    JSON.stringify({ custom_id: "no model", body: ask("b", { model: "nope" }) }),
    JSON.stringify({ body: ask("no id"), method: "POST", url: "/v1/chat/completions" }),
    JSON.stringify({ custom_id: "unknown field", body: ask("c", { tempreature: 1 }) }),
    JSON.stringify({ custom_id: "stream", body: ask("d", { stream: true }) }),
    JSON.stringify({ custom_id: "no body" }),
  ];
  const file = await client.files.upload({
    file: { fileName: "a.jsonl", content: Buffer.from(lines.join("\n")) },
    purpose: "batch",
  });
  const made = await client.batch.jobs.create({ inputFiles: [file.id], model, endpoint: chat });
  const job = await ended(made.id, true);
  expect(job).toMatchObject({ status: "SUCCESS", totalRequests: 8, succeededRequests: 2, failedRequests: 6 });
  const told = ({ custom_id: id, response, error }: Output) => [id, response.status_code, error?.message];
  expect((await linesOf(job.outputFile)).map(told)).toEqual([
    ["good", 200, undefined],
    ["4", 200, undefined],
  ]);
  expect((await linesOf(job.errorFile)).map(told)).toEqual([
    ["1", 422, "The line is not JSON"],
    ["good", 422, 'Another line has the custom_id "good"'],
    ["no model", 400, "Invalid model: nope"],
    ["unknown field", 422, "body.tempreature: Extra inputs are not permitted"],
    ["stream", 400, "A batch has no streams: leave `stream` out"],
    ["no body", 422, "line.body: Field required"],
  ]);
  expect(job.errors).toHaveLength(6);
  expect(job.outputs).toHaveLength(8);
});

test("embeddings and fill in the middle go in batches too; a batch in which nothing succeeds has failed", async () => {
  const [embedded, filled, failed] = await Promise.all([
    client.batch.jobs.create({
      requests: [{ customId: "e", body: { input: ["a", "b"] } }],
      model: "mistral-embed",
      endpoint: "/v1/embeddings",
    }),
    client.batch.jobs.create({
      requests: [{ customId: "f", body: { prompt: "def f(", max_tokens: 3 } }],
      model: "codestral-latest",
      endpoint: "/v1/fim/completions",
    }),
    client.batch.jobs.create({ requests: [{ customId: "x", body: {} }], model, endpoint: chat }),
  ]);
  const body = async (id: string) => ((await ended(id)).outputs![0]!["response"] as Output["response"]).body;
  expect((await body(embedded!.id)).data).toHaveLength(2);
  expect(Completion.parse(await body(filled!.id)).usage.completion_tokens).toBe(3);
  expect(await ended(failed!.id)).toMatchObject({ status: "FAILED", failedRequests: 1 });
});

test("an agent answers a batch with its own instructions, as it answers one request", async () => {
  const agent = await client.beta.agents.create({ model, name: "Teller", instructions: "Be brief." });
  const requests = [{ customId: "0", body: ask("hello", { temperature: 0 }) }];
  const made = await client.batch.jobs.create({ requests, agentId: agent.id, endpoint: chat });
  const job = await ended(made.id, true);
  expect(job).toMatchObject({ status: "SUCCESS", succeededRequests: 1, agentId: agent.id });
  const [line] = job.outputs as unknown as { response: { body: { choices: unknown; usage: unknown } } }[];
  const headers = { authorization: `Bearer ${KEY}` };
  const one = await server.send("/v1/agents/completions", { ...requests[0]!.body, agent_id: agent.id }, headers);
  const { choices, usage } = (await one.json()) as { choices: unknown; usage: { prompt_tokens: number } };
  expect(line!.response.body.choices).toEqual(choices);
  expect(line!.response.body.usage).toMatchObject({ prompt_tokens: usage.prompt_tokens });
});

test("a batch can be stopped: what was answered is kept, the rest is neither answered nor charged", async () => {
  const requests = Array.from({ length: 30 }, (_, i) => ({ customId: `line ${i}`, body: ask(`${i}`) }));
  let release = (): void => {};
  hold = new Promise((resolve) => (release = resolve));
  const made = await client.batch.jobs.create({ requests, model, endpoint: chat });
  await expect
    .poll(async () => (await client.batch.jobs.get({ jobId: made.id })).status, { timeout: 20_000 })
    .toBe("RUNNING");
  await expect(client.batch.jobs.delete({ jobId: made.id })).rejects.toMatchObject({ statusCode: 409 });
  expect((await client.batch.jobs.cancel({ jobId: made.id })).status).toBe("CANCELLATION_REQUESTED");
  const job = await ended(made.id, true);
  release();
  hold = undefined;
  expect(job).toMatchObject({ status: "CANCELLED", completedRequests: 0, outputs: [], outputFile: null });
  await expect(client.batch.jobs.cancel({ jobId: made.id })).rejects.toMatchObject({ statusCode: 409 });
  expect(await client.batch.jobs.delete({ jobId: made.id })).toMatchObject({ id: made.id, deleted: true });
  await expect(client.batch.jobs.get({ jobId: made.id })).rejects.toMatchObject({ statusCode: 404 });
});

test("moderations and classifications go in batches too", async () => {
  const requests = [{ customId: "m", body: { input: ["a", "b"] } }];
  const model = "mistral-moderation-latest";
  for (const endpoint of ["/v1/moderations", "/v1/classifications"] as const) {
    const made = await client.batch.jobs.create({ requests, model, endpoint });
    const { status, outputs } = await ended(made.id);
    const { body } = outputs![0]!["response"] as { body: { results: object[] } };
    expect([status, body.results.length]).toEqual(["SUCCESS", 2]);
  }
});

test("a batch stops when the key that made it is revoked", async () => {
  const { organizationId, id: workspaceId } = office.firstWorkspace;
  const wanted = { organizationId, workspaceId, name: "brief", scopes: ["jobs", "inference"] as const };
  const { key, secret } = await office.keys.create({ ...wanted, models: undefined, expiresAt: undefined }, "test");
  const other = new Mistral({ apiKey: secret, serverURL: server.origin });
  let release = (): void => {};
  hold = new Promise((resolve) => (release = resolve));
  const requests = [{ customId: "0", body: ask("0") }];
  const made = await other.batch.jobs.create({ requests, model, endpoint: chat });
  await office.keys.revoke(organizationId, key.id, "test");
  const job = await ended(made.id);
  release();
  hold = undefined;
  expect(job).toMatchObject({ status: "CANCELLED", completedRequests: 0 });
});

test("whoever waits for an answer does not wait for a batch", async () => {
  let release = (): void => {};
  hold = new Promise((resolve) => (release = resolve));
  const requests = Array.from({ length: 10 }, (_, i) => ({ customId: `${i}`, body: ask(`${i}`) }));
  const made = await client.batch.jobs.create({ requests, model, endpoint: chat });
  const talk = await client.chat.complete({ model, messages: [{ role: "user", content: "Hello" }], maxTokens: 3 });
  expect(talk.usage.completionTokens).toBe(3);
  release();
  hold = undefined;
  expect((await ended(made.id)).status).toBe("SUCCESS");
});

test("a line costs half of what it costs to wait for it, is charged once, and the books agree", async () => {
  const body = { model, ...ask("How much?", { random_seed: 1 }) };
  await client.chat.complete({
    model,
    messages: [{ role: "user", content: "How much?" }],
    maxTokens: 4,
    randomSeed: 1,
  });
  const made = await client.batch.jobs.create({ requests: [{ customId: "x", body }], endpoint: chat });
  await ended(made.id);
  const [line] = await office.database.query<{ request_id: string }>(
    "select request_id from batch_line where job_id = $1",
    [made.id],
  );
  const events = await office.database.query<{ mode: string; amount: bigint; outcome: string }>(
    `select mode, amount, outcome from usage_event where request_id = $1
     or (mode = 'standard' and sequence = (select max(sequence) from usage_event where mode = 'standard')) order by mode`,
    [line!.request_id],
  );
  expect(events.map(({ mode, outcome }) => [mode, outcome])).toEqual([
    ["batch", "completed"],
    ["standard", "completed"],
  ]);
  expect(events[0]!.amount).toBeGreaterThan(0n);
  expect(events[0]!.amount * 2n).toBe(events[1]!.amount);
  const [sums] = await office.database.query<{ answered: number; charged: number; open: number }>(
    `select (select count(*)::int from batch_line where error is null and answered_at is not null) as answered,
       (select count(*)::int from usage_event join batch_line using (request_id) where outcome = 'completed') as charged,
       (select count(*)::int from usage_intent) as open`,
  );
  expect(sums).toEqual({ answered: sums!.charged, charged: sums!.answered, open: 0 });
  expect(await verifyBilling(office.database)).toEqual([]);
});

describe("what cannot be a batch is refused with a reason", () => {
  const requests = [{ custom_id: "0", body: ask("x") }];
  const refusals: [string, Record<string, unknown>, number, RegExp][] = [
    ["no requests", { endpoint: chat }, 400, /Give input_files or requests/],
    ["both", { endpoint: chat, requests, input_files: ["x"] }, 400, /not both/],
    ["a file nobody has", { endpoint: chat, input_files: ["01a20e64-7dbc-7e56-877d-cd75f36567d3"] }, 404, /No file/],
    ["an endpoint of elsewhere", { endpoint: "/v1/ocr", requests }, 400, /not available yet/],
    ["an agent nobody has", { endpoint: chat, requests, agent_id: "ag_none" }, 404, /agent/i],
    ["an agent and a model", { endpoint: chat, requests, agent_id: "ag_none", model }, 400, /leave `model` out/],
    ["an agent and embeddings", { endpoint: "/v1/embeddings", requests, agent_id: "ag_none" }, 400, /Agents answer/],
    ["an endpoint nobody knows", { endpoint: "/v1/chat", requests }, 422, /endpoint/],
    [
      "too many requests",
      { endpoint: chat, requests: Array.from({ length: 10_001 }, () => requests[0]) },
      422,
      /10000/,
    ],
    ["an id with a NUL", { endpoint: chat, requests: [{ custom_id: "\u0000", body: {} }] }, 422, /NUL/],
  ];
  test.each(refusals)("%s", async (_, body, status, message) => {
    const headers = { authorization: `Bearer ${KEY}` };
    const answer = await server.send("/v1/batch/jobs", body, headers);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { message: string }).message).toMatch(message);
  });
});

test("lists are filtered and paged", async () => {
  const all = await client.batch.jobs.list({});
  expect(all.total).toBeGreaterThan(4);
  const failed = await client.batch.jobs.list({ status: ["FAILED"] });
  expect(failed.data!.map(({ status }) => status)).toEqual(["FAILED"]);
  const pages = await Promise.all(
    [0, 1].map((page) => client.batch.jobs.list({ page, pageSize: 1, orderBy: "created" })),
  );
  expect(pages[0]!.data![0]!.id).not.toBe(pages[1]!.data![0]!.id);
  expect((await client.batch.jobs.list({ model: "nobody" })).data).toEqual([]);
  const tagged = await client.batch.jobs.list({ metadata: { job_type: "testing" } });
  expect(tagged.data!.map(({ metadata }) => metadata)).toEqual([{ job_type: "testing" }]);
  expect((await client.batch.jobs.list({ metadata: { job_type: "other" } })).data).toEqual([]);
});
