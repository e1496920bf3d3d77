import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { TramontaneError } from "#base";
import type { EngineModel } from "#engine";
import { Deployment } from "#platform";
import type { Gate, LoadedModel, Outcome } from "#platform";
import { chooseTemplate } from "#prompt";
import { within } from "../support/patience.ts";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer, TestServerOptions } from "../support/test-server.ts";
import { readStream } from "../support/wire-shapes.ts";

const open: TestServer[] = [];
const start = async (options: TestServerOptions) => {
  const server = await startTestServer(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const long = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Say hello." }],
  min_tokens: 2000,
  max_tokens: 2000,
  stream: true,
};
const readSome = async (response: Response, events: number) => {
  const reader = response.body!.getReader();
  let text = "";
  while (text.split("\n\n").length <= events) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended early: ${text}`);
    text += new TextDecoder().decode(value);
  }
};
const lastChunk = (text: string) => JSON.parse(text.trimEnd().split("data: ").at(-1)!) as Record<string, unknown>;
/** Kills the processes in which this test's models run. */
const killEngines = () => {
  const children = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  const engines = children.split("\n").filter((line) => line.includes("bin/model-process"));
  expect(engines.length).toBeGreaterThan(0);
  for (const line of engines) process.kill(Number.parseInt(line, 10), "SIGKILL");
};
const eventually = async (condition: () => boolean, limitMs: number) => {
  const began = performance.now();
  while (!condition() && performance.now() - began < within(limitMs)) await sleep(10);
  return condition();
};
/** A toy whose generations run into `failure` after the first text. */
const breaking = (failure: Error) => (toy: EngineModel) =>
  withGenerate(toy, async function* (request, signal) {
    for await (const event of toy.generate(request, signal)) {
      yield event;
      if (event.type === "text") throw failure;
    }
  });
const slow = (pauseMs: number) => (toy: EngineModel) =>
  withGenerate(toy, async function* (request, signal) {
    for await (const event of toy.generate(request, signal)) {
      yield event;
      await sleep(pauseMs);
      signal.throwIfAborted();
    }
  });
const withGenerate = (toy: EngineModel, generate: EngineModel["generate"]): EngineModel => ({
  info: toy.info,
  status: () => toy.status(),
  tokenize: (prompt) => toy.tokenize(prompt),
  detokenize: (tokens) => toy.detokenize(tokens),
  embed: (inputs, signal) => toy.embed(inputs, signal),
  unload: () => toy.unload(),
  generate,
});

describe("a client that leaves", () => {
  test("D29 frees the engine within a second", async () => {
    const server = await start({});
    const begin = async () => {
      const leave = new AbortController();
      const response = await fetch(`${server.origin}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify(long),
        headers: { authorization: `Bearer ${KEY}` },
        signal: leave.signal,
      });
      await readSome(response, 3);
      return leave;
    };
    let leave = await begin();
    // Where the machine held us up, the toy may have written everything by now: then once more.
    while (server.model.status().runningSequences === 0) leave = await begin();
    leave.abort();
    expect(await eventually(() => server.model.status().runningSequences === 0, 1000)).toBe(true);
  });

  test("frees the engine when it waited for a whole answer, too", async () => {
    const server = await start({});
    const leave = new AbortController();
    const answer = fetch(`${server.origin}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...long, stream: false }),
      headers: { authorization: `Bearer ${KEY}` },
      signal: leave.signal,
    });
    expect(await eventually(() => server.model.status().runningSequences === 1, 1000)).toBe(true);
    leave.abort();
    await expect(answer).rejects.toThrow();
    expect(await eventually(() => server.model.status().runningSequences === 0, 1000)).toBe(true);
  });

  test("pays for what was generated, once; 50 of them leave nothing behind", async () => {
    const outcomes: Outcome[] = [];
    const gate: Gate = {
      admit: async () => ({ progress() {}, settle: async (outcome) => void outcomes.push(outcome) }),
    };
    const server = await start({ gate });
    const visit = async () => {
      const leave = new AbortController();
      const headers = { authorization: `Bearer ${KEY}` };
      const init = { method: "POST", body: JSON.stringify(long), headers, signal: leave.signal };
      await readSome(await fetch(`${server.origin}/v1/chat/completions`, init), 3);
      leave.abort();
    };
    for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 10 }, visit));
    expect(await eventually(() => outcomes.length === 50, 2000)).toBe(true);
    expect(await eventually(() => server.model.status().runningSequences === 0, 1000)).toBe(true);
    for (const outcome of outcomes) {
      expect(outcome.endings).toEqual(["cancelled"]);
      expect(outcome.completionTokens).toBeGreaterThan(0);
      expect(outcome.completionTokens).toBeLessThan(2000);
    }
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    expect(metrics).toContain("tramontane:http_requests_active 1\n");
  }, 120_000);
});

test("a thousand readers that leave take nothing with them: sequences, calls, files", async () => {
  const server = await start({});
  const headers = { authorization: `Bearer ${KEY}` };
  const visit = async (): Promise<void> => {
    const leave = new AbortController();
    const init = { method: "POST", body: JSON.stringify(long), headers, signal: leave.signal };
    await readSome(await fetch(`${server.origin}/v1/chat/completions`, init), 1);
    leave.abort();
  };
  const visitAll = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) await Promise.all(Array.from({ length: 20 }, visit));
    expect(await eventually(() => server.model.status().runningSequences === 0, 2000)).toBe(true);
  };
  // Both ends of the client's twenty kept connections are in this process.
  const openFiles = (): number => readdirSync("/proc/self/fd").length;
  await visitAll(3);
  const before = { files: openFiles(), cells: server.model.status().cacheTokensUsed };
  await visitAll(50);
  const inFlight = (server.model as unknown as { callsInFlight: number }).callsInFlight;
  expect(inFlight).toBe(0);
  expect(await eventually(() => openFiles() <= before.files + 40, 10_000)).toBe(true);
  // Kept prefixes are what the cache is for; they are bounded by it.
  const { cacheTokensUsed, cacheTokensTotal, waitingRequests } = server.model.status();
  expect(waitingRequests).toBe(0);
  expect(cacheTokensUsed).toBeLessThanOrEqual(Math.min(cacheTokensTotal, before.cells + 20_000));
  const { status } = await server.send("/v1/chat/completions", {
    ...long,
    stream: false,
    min_tokens: 1,
    max_tokens: 1,
  });
  expect(status).toBe(200);
}, 240_000);

describe("a stream that fails", () => {
  const crash = new TramontaneError("engine_crashed", "The model's process ended");

  test("before its first byte is an ordinary error answer", async () => {
    const refusal = new TramontaneError("overloaded", "Too many requests wait", { details: { retryAfterMs: 1500 } });
    // oxlint-disable-next-line require-yield
    const refuse = async function* () {
      throw refusal;
    };
    const server = await start({ disturb: (toy) => withGenerate(toy, refuse) });
    const response = await server.send("/v1/chat/completions", long);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("retry-after-ms")).toBe("1500");
    expect(await response.json()).toMatchObject({ object: "error", code: "3505" });
  });

  test("later ends with a valid chunk that says why, and without [DONE]", async () => {
    const server = await start({ disturb: breaking(crash) });
    const text = await (await server.send("/v1/chat/completions", long)).text();
    expect(text).not.toContain("[DONE]");
    expect(lastChunk(text)).toMatchObject({
      choices: [{ index: 0, finish_reason: "error" }],
      error: { type: "service_unavailable", code: "3800", message: "The model's process ended" },
    });
    const openai = new OpenAI({ apiKey: KEY, baseURL: `${server.origin}/v1`, maxRetries: 0 });
    const stream = await openai.chat.completions.create({
      model: "mistral-small-latest",
      messages: [{ role: "user", content: "u" }],
      stream: true,
    });
    const read = async () => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test.skipIf(process.platform !== "linux")(
    "because its engine was killed says so, and the next request is served",
    async () => {
      const server = await start({});
      const response = await server.send("/v1/chat/completions", long);
      await readSome(response.clone() as Response, 2);
      killEngines();
      const text = await response.text();
      expect(lastChunk(text)).toMatchObject({ choices: [{ finish_reason: "error" }], error: { code: "3800" } });
      const began = performance.now();
      const next = await server.send("/v1/chat/completions", { ...long, min_tokens: 2, max_tokens: 2 });
      expect(readStream(await next.text()).finishReasons).toEqual(["length"]);
      expect(performance.now() - began).toBeLessThan(within(5000));
    },
  );

  test("for a reason of ours tells nothing of the inside", async () => {
    const server = await start({ disturb: breaking(new TypeError("secret detail")) });
    const streamed = await (await server.send("/v1/chat/completions", long)).text();
    const whole = await server.send("/v1/chat/completions", { ...long, stream: false });
    expect(whole.status).toBe(500);
    const texts = [streamed, await whole.text()];
    for (const text of texts) {
      expect(text).toContain("Internal server error");
      expect(text).not.toContain("secret detail");
    }
  });
});

describe("a slow model", () => {
  test("is bridged by heartbeats, first of all before its first word", async () => {
    const late = (toy: EngineModel) =>
      withGenerate(toy, async function* (request, signal) {
        await sleep(350);
        yield* toy.generate(request, signal);
      });
    const server = await start({ disturb: late, http: { heartbeatMs: 100 } });
    const began = performance.now();
    const response = await server.send("/v1/chat/completions", { ...long, min_tokens: 4, max_tokens: 4 });
    expect(performance.now() - began).toBeLessThan(within(300));
    const text = await response.text();
    expect(text.match(/^: ping$/gm)!.length).toBeGreaterThanOrEqual(2);
    expect(readStream(text).finishReasons).toEqual(["length"]);
  });
});

describe("a server that stops", () => {
  test("lets streams finish within its patience, and refuses new requests meanwhile", async () => {
    const server = await start({ disturb: slow(5), http: { drainMs: 5000 } });
    const response = await server.send("/v1/chat/completions", { ...long, min_tokens: 40, max_tokens: 40 });
    const closing = server.close();
    const late = await fetch(`${server.origin}/readyz`);
    expect(late.status).toBe(503);
    expect((await server.send("/v1/models")).status).toBe(503);
    expect(readStream(await response.text()).finishReasons).toEqual(["length"]);
    await closing;
    await expect(fetch(`${server.origin}/healthz`)).rejects.toThrow();
  });

  test("ends what is left with a valid chunk", async () => {
    const server = await start({ disturb: slow(5), http: { drainMs: 100 } });
    const response = await server.send("/v1/chat/completions", long);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(within(1500));
    const text = await response.text();
    expect(lastChunk(text)).toMatchObject({
      choices: [{ finish_reason: "error" }],
      error: { message: "The server is stopping" },
    });
  });
});

test("limits the gate reports stand in the headers of every answer", async () => {
  const limits = {
    requestsPerMinute: 60,
    remainingRequests: 59,
    tokensPerMinute: 1000,
    remainingTokens: 900,
    queryTokens: 100,
    resetMs: 1500,
  };
  const server = await start({ gate: { admit: async () => ({ limits, progress() {}, settle: async () => {} }) } });
  for (const stream of [true, false]) {
    const { headers } = await server.send("/v1/chat/completions", { ...long, min_tokens: 1, max_tokens: 1, stream });
    expect(headers.get("x-ratelimit-limit-req-minute")).toBe("60");
    expect(headers.get("x-ratelimit-remaining-tokens-minute")).toBe("900");
    expect(headers.get("x-ratelimit-tokens-query-cost")).toBe("100");
    expect(headers.get("x-ratelimit-remaining-requests")).toBe("59");
  }
});

test("D27 a refusal by the gate is a 429 with whole seconds to wait", async () => {
  const gate: Gate = {
    admit: () =>
      Promise.reject(new TramontaneError("rate_limited", "Rate limit exceeded", { details: { retryAfterMs: 200 } })),
  };
  const response = await (await start({ gate })).send("/v1/chat/completions", long);
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ type: "rate_limited", code: "1300", message: "Rate limit exceeded" });
});

describe("a stream whose model is still being loaded", () => {
  const slowly = (load: () => Promise<LoadedModel>) =>
    new Deployment(
      {
        id: "slow",
        aliases: [],
        createdAt: 0,
        ownedBy: "tests",
        defaultTemperature: 0.7,
        contextTokens: 4096,
        serves: { chat: true, fim: true, embeddings: false },
      },
      load,
    );
  const body = { model: "slow", messages: [{ role: "user", content: "Hi" }], max_tokens: 5, stream: true };

  test("is bridged by heartbeats, and then goes on as ever", async () => {
    let toy: EngineModel | undefined;
    const load = async () => {
      await sleep(400);
      return { engine: toy!, template: chooseTemplate(toy!.info) };
    };
    const server = await start({ deployments: [slowly(load)], http: { heartbeatMs: 40 } });
    toy = server.model;
    for (const [path, more] of [
      ["/v1/chat/completions", {}],
      ["/v1/responses", { input: "Hi", messages: undefined, max_tokens: undefined }],
    ] as const) {
      const response = await server.send(path, { ...body, ...more });
      const text = await response.text();
      expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
      if (path.endsWith("completions")) {
        expect(text).toMatch(/^: ping/);
        expect(readStream(text.replaceAll(": ping\n\n", "")).finishReasons).toEqual(["length"]);
      } else expect(text).toContain("response.completed");
    }
  });

  test("ends with a valid chunk when it cannot be loaded", async () => {
    const load = async (): Promise<LoadedModel> => {
      await sleep(200);
      throw new TramontaneError("model_load_failed", "The file is damaged");
    };
    const server = await start({ deployments: [slowly(load)], http: { heartbeatMs: 40 } });
    const text = await (await server.send("/v1/chat/completions", body)).text();
    expect(text).toMatch(/^: ping/);
    expect(text).not.toContain("[DONE]");
    expect(lastChunk(text)).toMatchObject({
      object: "chat.completion.chunk",
      model: "slow",
      choices: [{ finish_reason: "error" }],
      error: { message: "The file is damaged" },
    });
  });
});
