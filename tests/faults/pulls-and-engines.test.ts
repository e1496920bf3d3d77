import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess } from "../server-process.ts";
import type { ServerProcess } from "../server-process.ts";
import { within } from "../support/patience.ts";

const MODEL = readFileSync("models/tramontane-small.gguf");
const HALF = MODEL.length >> 1;
const SECRET = "the-key-of-the-engine";

/** What the hub was asked for, as it stands in the header. */
const ranges: (string | undefined)[] = [];
/** Gives half of a model at the first question, and then nothing more. */
const hub = createServer((request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  ranges.push(request.headers.range);
  response.writeHead(from > 0 ? 206 : 200, { etag: '"v1"', "content-length": MODEL.length - from });
  if (ranges.length === 1) response.write(MODEL.subarray(0, HALF));
  else response.end(MODEL.subarray(from));
});
const engine = createServer((request, response) => {
  if (request.url === "/health") response.writeHead(200).end();
  else response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"Incorrect API key"}}');
});
const listen = async (server: typeof hub): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

let server: ServerProcess;
let engineHost: string;

beforeAll(async () => {
  const [hubUrl, engineUrl] = [await listen(hub), await listen(engine)];
  engineHost = new URL(engineUrl).host;
  process.env["TEST_ENGINE_KEY"] = SECRET;
  const endpoint = { kind: "vllm", url: `${engineUrl}/v1`, allow_private: true, key_variable: "TEST_ENGINE_KEY" };
  const gone = { kind: "vllm", url: "http://127.0.0.1:1/v1", allow_private: true };
  const remote = [
    { name: "far", endpoints: [endpoint] },
    { name: "away", endpoints: [gone] },
  ];
  const flags = ["--hub-url", hubUrl, "--remote-models", JSON.stringify(remote)];
  server = await startServerProcess({ flags });
}, 90_000);
afterAll(async () => {
  delete process.env["TEST_ENGINE_KEY"];
  await server.stop();
  for (const it of [hub, engine]) {
    it.closeAllConnections();
    it.close();
  }
});

const send = (path: string, body?: object, key = server.key): Promise<Response> =>
  fetch(server.url + path, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const json = async (response: Promise<Response>) => (await (await response).json()) as Record<string, never>;
const chat = (model: string) =>
  send("/v1/chat/completions", { model, messages: [{ role: "user", content: "Hello" }], max_tokens: 3 });

test("the engines of remote models are told with their state and what is wrong with them, to owners, without a key", async () => {
  expect((await chat("far")).status).toBe(503);
  const engines = async () => {
    const text = await (await send("/admin/v1/engines")).text();
    expect(text).not.toContain(SECRET);
    return (JSON.parse(text) as { data: { model: string }[] }).data.toSorted((a, b) => a.model.localeCompare(b.model));
  };
  await expect.poll(engines, { timeout: within(15_000) }).toEqual([
    {
      object: "engine",
      model: "away",
      host: "127.0.0.1:1",
      state: "down",
      problem: "GET /health was not answered well.",
    },
    {
      object: "engine",
      model: "far",
      host: engineHost,
      state: "misconfigured",
      problem: expect.stringContaining("401"),
    },
  ]);
  expect(server.output()).not.toContain(SECRET);
  const made = await json(send("/admin/v1/api-keys", { name: "for programs", scopes: ["inference"] }));
  expect((await send("/admin/v1/engines", undefined, made["key"])).status).toBe(403);
  expect((await send("/admin/v1/engines", undefined, "nobody")).status).toBe(401);
});

test("how busy each model is, here and elsewhere, is told to owners", async () => {
  const { data } = (await (await send("/admin/v1/load")).json()) as { data: Record<string, unknown>[] };
  const far = data.find(({ model }) => model === "far");
  expect(far).toEqual({ object: "model_load", model: "far", state: "ready", running: 0, at_once: 256, waiting: 0 });
  const made = await json(send("/admin/v1/api-keys", { name: "for programs", scopes: ["inference", "billing:read"] }));
  expect((await send("/admin/v1/load", undefined, made["key"])).status).toBe(403);
});

test("kill -9 in the middle of a pull: the next start goes on from the bytes that are there, and the model answers", async () => {
  const sha256 = createHash("sha256").update(MODEL).digest("hex");
  const address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/pulled.gguf`;
  const ordered = await json(send("/admin/v1/pulls", { model: "pulled", url: address, sha256 }));
  const pull = () => json(send(`/admin/v1/pulls/${ordered["id"]}`));
  await expect.poll(async () => (await pull())["done_bytes"], { timeout: within(10_000) }).toBe(HALF);
  server = await server.restart(() => server.child.kill("SIGKILL"));
  await expect.poll(async () => (await pull())["status"], { timeout: within(60_000) }).toBe("done");
  expect(ranges).toEqual([undefined, `bytes=${HALF}-`]);
  expect((await chat("pulled")).status).toBe(200);
}, 180_000);
