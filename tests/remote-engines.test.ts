import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice, parseRemoteModels, RemoteDeployment, RemoteModel } from "#platform";
import type { BackOffice } from "#platform";
import { within } from "./support/patience.ts";
import { KEY, startTestServer } from "./support/test-server.ts";
import type { TestServer } from "./support/test-server.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const directory = mkdtempSync(join(tmpdir(), "tramontane-remote-"));
const GATEWAY_KEY = "the-gateways-own-key";
let office: BackOffice;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  office = await openBackOffice({ directory, role: "server", configuredKey: GATEWAY_KEY, clock, logger: silentLogger });
});
afterAll(async () => {
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const it of open.splice(0).toReversed()) await it.close();
});

/** A gateway whose model `far` runs at the given addresses. */
async function gateway(urls: readonly string[], over: object = {}): Promise<TestServer> {
  const endpoints = urls.map((url) => ({ url: `${url}/v1`, allow_private: true, ...over }));
  const [spec] = parseRemoteModels(JSON.stringify([{ name: "far", model: "mistral-small-latest", endpoints }]), {
    REMOTE_KEY: KEY,
  });
  const remote = new RemoteModel({ spec: spec!, clock, logger: silentLogger, newCallId: () => "abcdefgh1" });
  const server = await startTestServer({ office, deployments: [new RemoteDeployment(remote, 1_708_905_600)] });
  open.push({ close: () => remote.close() }, server);
  return server;
}
const chat = (server: TestServer, over: object = {}) =>
  server.send(
    "/v1/chat/completions",
    { model: "far", messages: [{ role: "user", content: "Say hello." }], max_tokens: 6, temperature: 0, ...over },
    { authorization: `Bearer ${GATEWAY_KEY}` },
  );
const eventOf = async (response: Response) => {
  const sql = "select outcome, prompt_tokens, output_tokens from usage_event where request_id = $1";
  return (await office.database.query(sql, [response.headers.get("x-request-id")]))[0];
};

/** A server that answers as told. */
async function fake(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on("data", (piece: Buffer) => pieces.push(piece))
      .on("end", () => answer(request, response, Buffer.concat(pieces).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const say = (response: ServerResponse, ...chunks: unknown[]) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const chunk of chunks) response.write(`data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`);
};
const delta = (content: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: content, finish_reason }],
});
const USAGE = {
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
};
const answerWell = (response: ServerResponse) => {
  say(response, delta({ content: "hel" }), delta({ content: "lo" }), delta({}, "stop"), USAGE, "[DONE]");
  response.end();
};

test("another Tramontane answers through this one as it answers itself, whole and streamed, and it is metered here", async () => {
  const other = await startTestServer();
  open.push(other);
  const server = await gateway([other.origin], { kind: "tramontane", key_variable: "REMOTE_KEY" });
  const direct = await other.send("/v1/chat/completions", {
    model: "mistral-small-latest",
    messages: [{ role: "user", content: "Say hello." }],
    max_tokens: 6,
    temperature: 0,
  });
  const far = await chat(server);
  const [mine, theirs] = [await far.json(), await direct.json()];
  expect(mine.choices).toEqual(theirs.choices);
  expect(mine).toMatchObject({
    model: "far",
    usage: { prompt_tokens: theirs.usage.prompt_tokens, completion_tokens: theirs.usage.completion_tokens },
  });
  expect(await eventOf(far)).toEqual({
    outcome: "completed",
    prompt_tokens: theirs.usage.prompt_tokens,
    output_tokens: theirs.usage.completion_tokens,
  });
  const streamed = await chat(server, { stream: true });
  const frames = (await streamed.text()).split("\n\n").filter((frame) => frame.startsWith("data: {"));
  const chunks = frames.map((frame) => JSON.parse(frame.slice(6)));
  expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("")).toBe(mine.choices[0].message.content);
  expect(chunks.at(-1).usage).toMatchObject({ completion_tokens: mine.usage.completion_tokens });
});

test.each<[string, (response: ServerResponse) => void]>([
  ["answers 500", (response) => void response.writeHead(500).end("boom")],
  ["answers 429", (response) => void response.writeHead(429, { "retry-after": "7" }).end()],
  ["hangs up", (response) => void response.destroy()],
  ["ends its stream before it said anything", (response) => (say(response), response.end())],
])("D3 when one server %s, the other answers, and the client is billed once", async (_, misbehave) => {
  const seen: string[] = [];
  const bad = await fake((__, response) => (seen.push("bad"), misbehave(response)));
  const good = await fake((__, response) => (seen.push("good"), answerWell(response)));
  const server = await gateway([bad, good]);
  const response = await chat(server);
  expect(response.status).toBe(200);
  expect((await response.json()).choices[0].message.content).toBe("hello");
  expect(seen).toEqual(["bad", "good"]);
  expect(await eventOf(response)).toEqual({ outcome: "completed", prompt_tokens: 11, output_tokens: 3 });
});

test("a server that nobody answers at is passed over, and when none answers the client hears 503", async () => {
  const good = await fake((_, response) => answerWell(response));
  expect((await chat(await gateway(["http://127.0.0.1:1", good]))).status).toBe(200);
  const response = await chat(await gateway(["http://127.0.0.1:1"]));
  expect(response.status).toBe(503);
  expect(await eventOf(response)).toEqual({ outcome: "failed", prompt_tokens: 0, output_tokens: 0 });
});

test("a server that fails again and again is left alone", async () => {
  let asked = 0;
  const bad = await fake((_, response) => ((asked += 1), void response.writeHead(500).end()));
  const good = await fake((_, response) => answerWell(response));
  const server = await gateway([bad, good]);
  for (let i = 0; i < 9; i++) expect((await chat(server)).status).toBe(200);
  expect(asked).toBe(5);
});

const explain = async (server: TestServer, response: Response) => {
  const id = response.headers.get("x-request-id");
  const answer = await fetch(`${server.origin}/admin/v1/requests/${id}`, {
    headers: { authorization: `Bearer ${GATEWAY_KEY}` },
  });
  const { engines } = (await answer.json()) as { engines: { host: string; outcome: string }[] };
  return engines.map(({ host, outcome }) => [host, outcome]);
};
const states = async (server: TestServer) =>
  [...(await (await fetch(`${server.origin}/metrics`)).text()).matchAll(/remote_engines\{.*state="(\w+)"\} (\d)/g)].map(
    ([, state, count]) => [state, count],
  );

test.each([401, 404])(
  "a server that answers %d is set up wrongly: it is left alone at once, another answers, and explain shows both",
  async (status) => {
    let asked = 0;
    const bad = await fake((_, response) => {
      asked += 1;
      const body = JSON.stringify({ error: { message: "Incorrect API key", type: "invalid_request_error" } });
      response.writeHead(status, { "content-type": "application/json", location: "/elsewhere" }).end(body);
    });
    const good = await fake((_, response) => answerWell(response));
    const server = await gateway([bad, good]);
    const first = await chat(server);
    expect(first.status).toBe(200);
    expect(await explain(server, first)).toEqual([
      [new URL(bad).host, "engine_unavailable"],
      [new URL(good).host, "answered"],
    ]);
    expect((await chat(server)).status).toBe(200);
    expect(asked).toBe(1);
    expect(await states(server)).toEqual([
      ["misconfigured", "1"],
      ["well", "1"],
    ]);
    const alone = await chat(await gateway([bad]));
    expect(alone.status).toBe(503);
    expect((await alone.json()).message).toMatch(/cannot be used as this server is set up/);
  },
);

test("a text that a server refuses with 403 is refused here, and says nothing about the server", async () => {
  let others = 0;
  const strict = await fake((_, response) => {
    const body = JSON.stringify({ message: "blocked", type: "guardrail_blocked", code: "guardrail_blocked" });
    response.writeHead(403, { "content-type": "application/json" }).end(body);
  });
  const other = await fake((_, response) => ((others += 1), answerWell(response)));
  const server = await gateway([strict, other]);
  const refused = await chat(server);
  expect(refused.status).toBe(403);
  expect((await refused.json()).message).toBe("blocked");
  expect(others).toBe(0);
  expect(await states(server)).toEqual([["well", "2"]]);
});

test("a kept connection that the other side was closing costs a client nothing, and says nothing of the server", async () => {
  const asked: number[] = [];
  const old = new WeakSet<object>();
  const url = await fake((request, response) => {
    const { socket } = request;
    asked.push(socket.remotePort!);
    // Its second question on one connection meets a closed door, as when it had been idle for too long.
    if (old.has(socket)) socket.destroy();
    old.add(socket);
    answerWell(response);
  });
  const server = await gateway([url]);
  for (let i = 0; i < 3; i++) {
    const response = await chat(server, { stream: i === 2 });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(i === 2 ? "[DONE]" : "hello");
    if (i === 1) expect(await explain(server, response)).toEqual([[new URL(url).host, "answered"]]);
  }
  expect(asked.length).toBeGreaterThan(3);
  expect(await states(server)).toEqual([["well", "1"]]);
});

test("a server that answers nothing new either is not asked a third time", async () => {
  let asked = 0;
  const url = await fake((_, response) => {
    asked += 1;
    if (asked > 1) response.destroy();
    else answerWell(response);
  });
  const server = await gateway([url]);
  expect((await chat(server)).status).toBe(200);
  expect((await chat(server)).status).toBe(503);
  expect(asked).toBe(3);
});

test("D3 signs of life are no first words: a server that says none in time is left for another", async () => {
  const pinging = await fake((_, response) => {
    say(response);
    const life = setInterval(() => response.write(": ping\n\n"), 20);
    response.on("close", () => clearInterval(life));
  });
  const good = await fake((_, response) => answerWell(response));
  const server = await gateway([pinging, good], { first_words_seconds: 0.3 });
  const response = await chat(server, { stream: true });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("[DONE]");
  expect(await explain(server, response)).toEqual([
    [new URL(pinging).host, "engine_crashed"],
    [new URL(good).host, "answered"],
  ]);
});

test("a server that does not answer when asked how it is gets no requests, until it does", async () => {
  const asked: string[] = [];
  let status = 503;
  const bad = await fake((request, response) => {
    asked.push(request.url!);
    if (request.url === "/health") response.writeHead(status).end();
    else answerWell(response);
  });
  const endpoint = { kind: "vllm", url: `${bad}/v1`, allow_private: true };
  const [spec] = parseRemoteModels(JSON.stringify([{ name: "far", endpoints: [endpoint] }]), {});
  const remote = new RemoteModel({ spec: spec!, clock, logger: silentLogger, newCallId: () => "abcdefgh1" });
  const server = await startTestServer({ office, deployments: [new RemoteDeployment(remote, 1_708_905_600)] });
  open.push({ close: () => remote.close() }, server);
  await remote.probe();
  // Once may be chance.
  expect((await chat(server)).status).toBe(200);
  await remote.probe();
  expect(await states(server)).toEqual([["down", "1"]]);
  expect((await chat(server)).status).toBe(503);
  status = 200;
  await remote.probe();
  expect((await chat(server)).status).toBe(200);
  expect(asked).toEqual(["/health", "/v1/chat/completions", "/health", "/health", "/v1/chat/completions"]);
});

test("after the first words nothing is tried again: the stream says that it broke off, and what came is billed", async () => {
  let others = 0;
  const bad = await fake((_, response) => {
    say(response, delta({ content: "hel" }));
    setTimeout(() => response.destroy(), 50);
  });
  const good = await fake((_, response) => ((others += 1), answerWell(response)));
  const server = await gateway([bad, good]);
  const response = await chat(server, { stream: true });
  const text = await response.text();
  expect(text).toContain('"content":"hel"');
  expect(text).not.toContain("[DONE]");
  expect(others).toBe(0);
  expect(await eventOf(response)).toMatchObject({ outcome: "partial", output_tokens: 1 });
  expect(await explain(server, response)).toEqual([[new URL(bad).host, "engine_crashed"]]);
});

test("D2 when the client leaves, the server is told at once", async () => {
  let isLeft: (() => void) | undefined;
  const left = new Promise<void>((resolve) => (isLeft = resolve));
  const slow = await fake((_, response) => {
    say(response, delta({ content: "hel" }));
    response.on("close", () => isLeft!());
  });
  const controller = new AbortController();
  const server = await gateway([slow]);
  const response = await fetch(`${server.origin}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${GATEWAY_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "far", messages: [{ role: "user", content: "x" }], stream: true }),
    signal: controller.signal,
  });
  await response.body!.getReader().read();
  const began = performance.now();
  controller.abort();
  await left;
  expect(performance.now() - began).toBeLessThan(within(1_000));
  await expect.poll(() => eventOf(response), { timeout: within(1_000) }).toMatchObject({ outcome: "partial" });
});

test("an answer nobody wants in pieces is asked for in one piece, and counted as its usage says", async () => {
  const asked: { stream?: boolean }[] = [];
  const url = await fake((_, response, body) => {
    asked.push(JSON.parse(body) as { stream?: boolean });
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
    const call = { function: { name: "look", arguments: { at: "é" } } };
    const message = { role: "assistant", content: "hello", tool_calls: [call] };
    const usage = { prompt_tokens: 11, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } };
    response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "tool_calls" }], usage }));
  });
  const server = await gateway([url]);
  const answer = await chat(server);
  expect(asked).toEqual([expect.not.objectContaining({ stream: true })]);
  const body = (await answer.json()) as { choices: object[]; usage: object };
  expect(body.choices).toMatchObject([
    {
      message: { content: "hello", tool_calls: [{ id: "abcdefgh1", function: { name: "look" } }] },
      finish_reason: "tool_calls",
    },
  ]);
  expect(body.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 3 });
  expect(await eventOf(answer)).toEqual({ outcome: "completed", prompt_tokens: 11, output_tokens: 3 });
});

test("tools, formats and seeds reach the server, tool calls come back whole, and its refusal is told", async () => {
  const bodies: { [name: string]: unknown }[] = [];
  const url = await fake((request, response, body) => {
    bodies.push({ ...JSON.parse(body), authorization: request.headers.authorization });
    if (bodies.length > 1) {
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ error: { message: "no such tool" } }));
      return;
    }
    const call = (part: object) => delta({ tool_calls: [{ index: 0, ...part }] });
    say(
      response,
      call({ id: "call_1", function: { name: "weather", arguments: '{"ci' } }),
      call({ function: { arguments: 'ty":"Paris"}' } }),
      delta({}, "tool_calls"),
      USAGE,
      "[DONE]",
    );
    response.end();
  });
  const server = await gateway([url], { kind: "vllm", key_variable: "REMOTE_KEY" });
  const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
  const response = await chat(server, { tools, tool_choice: "any", random_seed: 7 });
  expect((await response.json()).choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      tool_calls: [{ id: "abcdefgh1", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } }],
    },
  });
  expect(bodies[0]).toMatchObject({
    model: "mistral-small-latest",
    tool_choice: "required",
    seed: 7,
    authorization: `Bearer ${KEY}`,
  });
  const refused = await chat(server, { tools });
  expect(refused.status).toBe(400);
  expect((await refused.json()).message).toBe("no such tool");
});

test("an internal address is refused unless it is allowed, written out or behind a name", async () => {
  expect(() => parseAndBuild("http://127.0.0.1:9/v1")).toThrow("not a public address");
  expect(() => parseAndBuild("http://[::1]:9/v1")).toThrow("not a public address");
  const server = await gateway(["http://localhost:9"], { allow_private: false });
  expect((await chat(server)).status).toBe(503);
});

function parseAndBuild(url: string): RemoteModel {
  const [spec] = parseRemoteModels(JSON.stringify([{ name: "far", endpoints: [{ url }] }]), {});
  return new RemoteModel({ spec: spec!, clock, logger: silentLogger, newCallId: () => "abcdefgh1" });
}
