import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base";
import { createEngine, PLAIN } from "#engine";
import type { EngineModel, GenerationEvent, GenerationRequest } from "#engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../../../scripts/make-random-model.ts";
import type { HostedModel } from "./hosted-model.ts";

const folder = mkdtempSync(join(tmpdir(), "tramontane-engine-"));
const path = join(folder, "micro.gguf");
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const engine = createEngine({ logger: silentLogger, clock });
const never = new AbortController().signal;
/** For tests that start processes: several seconds each on a busy machine. */
const SLOW_MS = 120_000;
let model: EngineModel;
let toy: EngineModel;

beforeAll(async () => {
  writeRandomModel({ path, shape: "micro", type: "f16" });
  [model, toy] = await Promise.all([
    engine.load({ name: "micro", source: { kind: "gguf", path } }),
    engine.load({ name: "toy", source: { kind: "toy" } }),
  ]);
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

function request(text: string, parts: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    ...PLAIN,
    prompt: [{ kind: "text", text }],
    maxTokens: 32,
    minTokens: 32,
    caller: "tests",
    ...parts,
  };
}

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const textOf = (events: readonly GenerationEvent[]): string =>
  events.map((event) => (event.type === "text" ? event.text : "")).join("");

/** Reads until the first text; the iterator goes on from there. */
async function untilText(events: AsyncIterator<GenerationEvent>): Promise<void> {
  for (;;) {
    const next = await events.next();
    if (next.done || next.value.type === "text") return;
  }
}

/** The gauges once they have come to rest. */
async function restingStatus(of: EngineModel): Promise<ReturnType<EngineModel["status"]>> {
  for (let tries = 0; tries < 100; tries++) {
    const status = of.status();
    if (status.runningSequences === 0 && status.waitingRequests === 0) return status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return of.status();
}

test("a GGUF file generates: started first, one finished last, the same text twice", async () => {
  const events = await collect(model.generate(request("Hello"), never));
  expect(events[0]).toMatchObject({ type: "started", promptTokens: expect.any(Number) });
  expect(events.at(-1)).toMatchObject({ type: "finished", reason: "length", completionTokens: 32 });
  expect(textOf(await collect(model.generate(request("Hello"), never)))).toBe(textOf(events));
});

test("the model says of itself what its file says", () => {
  expect(model.info).toMatchObject({
    architecture: "llama",
    vocabularySize: 512,
    embeddingLength: 64,
    trainedContextTokens: 2048,
    contextTokens: 2048,
    beginOfSequence: "<s>",
    endOfSequence: "</s>",
    addsBeginOfSequence: true,
    metadata: { "general.name": "random-micro" },
    device: "cpu",
  });
  expect(model.info.chatTemplate).toContain("[INST]");
  expect(model.info.controlTokens).toContain("[TOOL_CALLS]");
});

test("tokens come back as the text they were made of, with begin-of-sequence once", async () => {
  const tokens = await model.tokenize([
    { kind: "control", text: "<s>" },
    { kind: "control", text: "[INST]" },
    { kind: "text", text: "the é", glued: true },
  ]);
  expect(tokens.slice(0, 2)).toEqual(Int32Array.of(1, 3));
  expect(await model.detokenize(tokens)).toBe("<s>[INST]the é");
});

test("a control token that does not exist is refused by name", async () => {
  const prompt = [{ kind: "control" as const, text: "<|im_start|>" }];
  await expect(model.tokenize(prompt)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(collect(model.generate(request("", { prompt }), never))).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("log probabilities, log biases and seeds pass through the process border", async () => {
  const events = await collect(
    model.generate(
      request("x", {
        maxTokens: 2,
        minTokens: 0,
        logprobs: 3,
        sampling: { ...request("").sampling, logitBias: new Map([[400, 100]]), seed: 2n ** 63n },
      }),
      never,
    ),
  );
  const text = events.find((event) => event.type === "text");
  expect(text?.logprobs?.[0]?.token).toBe(400);
  expect(text?.logprobs?.[0]?.bytes).toBeInstanceOf(Uint8Array);
  expect(text?.logprobs?.[0]?.top).toHaveLength(3);
});

test("vectors have unit length and equal inputs equal vectors", async () => {
  const input = [{ kind: "text" as const, text: "the and" }];
  const { vectors, promptTokens } = await model.embed([input, [{ kind: "text", text: "zzz" }], input], never);
  expect(vectors).toHaveLength(3);
  expect(promptTokens).toBeGreaterThan(6);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect(vectors[2]).toEqual(vectors[0]);
  expect(vectors[1]).not.toEqual(vectors[0]);
});

test("a request cancelled while it streams ends at once and frees its cells within 100 ms", async () => {
  const cancelOne = async (): Promise<number> => {
    const controller = new AbortController();
    const parts = { maxTokens: 4000, minTokens: 4000 };
    const events = toy.generate(request("one", parts), controller.signal)[Symbol.asyncIterator]();
    await untilText(events);
    const startedMs = performance.now();
    controller.abort();
    const drained = (async () => {
      while (!(await events.next()).done);
    })();
    await expect(drained).rejects.toMatchObject({ code: "cancelled" });
    while ((await restingStatus(toy)).runningSequences > 0);
    return performance.now() - startedMs;
  };
  // The fastest of a few: a busy neighbour may hold any one of them up.
  let fastestMs = Infinity;
  for (let tries = 0; tries < 5 && fastestMs >= 100; tries++) fastestMs = Math.min(fastestMs, await cancelOne());
  expect(fastestMs).toBeLessThan(100);
});

test("leaving the iteration cancels the request", async () => {
  for await (const event of toy.generate(request("one", { maxTokens: 4000, minTokens: 4000 }), never)) {
    if (event.type === "text") break;
  }
  expect((await restingStatus(toy)).runningSequences).toBe(0);
});

test(
  "1,000 aborted streams leave nothing behind",
  async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const controller = new AbortController();
          const events = toy.generate(
            request(`${round} ${index}`, { maxTokens: 1000, minTokens: 1000 }),
            controller.signal,
          );
          const ended = collect(events).catch((error: unknown) => error);
          setTimeout(() => controller.abort(), index % 10);
          expect(await ended).toMatchObject({ code: "cancelled" });
        }),
      );
    }
    expect(await restingStatus(toy)).toMatchObject({ runningSequences: 0, waitingRequests: 0, restarts: 0 });
    expect((toy as HostedModel).callsInFlight).toBe(0);
  },
  SLOW_MS,
);

test(
  "a killed process ends its streams with engine_crashed, is back within 5 s, and hurts no other model",
  async () => {
    // On a machine so busy that a process takes seconds to start, a restart is allowed the same.
    const freshMs = performance.now();
    await (await engine.load({ name: "fresh", source: { kind: "gguf", path } })).unload();
    const limitMs = Math.max(5_000, 3 * (performance.now() - freshMs));
    const other = collect(toy.generate(request("two", { maxTokens: 2000, minTokens: 2000 }), never));
    const events = model.generate(request("x", { maxTokens: 1900, minTokens: 1900 }), never)[Symbol.asyncIterator]();
    await untilText(events);
    process.kill((model as HostedModel).pid!, "SIGKILL");
    await expect(
      (async () => {
        while (!(await events.next()).done);
      })(),
    ).rejects.toMatchObject({ code: "engine_crashed" });
    const startedMs = performance.now();
    const after = await collect(model.generate(request("Hello"), never));
    expect(after.at(-1)).toMatchObject({ type: "finished" });
    expect(performance.now() - startedMs).toBeLessThan(limitMs);
    expect(model.status()).toMatchObject({ state: "ready", restarts: 1 });
    expect((await other).at(-1)).toMatchObject({ type: "finished", completionTokens: 2000 });
  },
  SLOW_MS,
);

test(
  "a file that is no model is refused with the reason",
  async () => {
    const bad = join(folder, "bad.gguf");
    writeFileSync(bad, "<!doctype html><title>Login</title>");
    const loading = engine.load({ name: "bad", source: { kind: "gguf", path: bad } });
    await expect(loading).rejects.toMatchObject({ code: "model_file_invalid", message: /web page/ });
  },
  SLOW_MS,
);

test(
  "a model the library does not know is refused with the library's own reason",
  async () => {
    const foreign = join(folder, "foreign.gguf");
    writeFileSync(foreign, readFileSync(path, "latin1").replaceAll("llama", "lxama"), "latin1");
    const loading = engine.load({ name: "foreign", source: { kind: "gguf", path: foreign } });
    await expect(loading).rejects.toMatchObject({
      code: "model_load_failed",
      hint: expect.stringContaining("unknown model architecture: 'lxama'"),
    });
  },
  SLOW_MS,
);

test(
  "a model's process ends when the server dies without a word",
  async () => {
    const index = new URL("../index.ts", import.meta.url).href;
    const code = `
    import { createEngine } from ${JSON.stringify(index)};
    const engine = createEngine({
      logger: { log() {} },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    });
    const model = await engine.load({ name: "toy", source: { kind: "toy" } });
    console.log(model.pid);`;
    const server = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code]);
    const pid = Number(await new Promise<Buffer>((resolve) => server.stdout.once("data", resolve)));
    expect(isRunning(pid)).toBe(true);
    server.kill("SIGKILL");
    const startedMs = performance.now();
    while (isRunning(pid) && performance.now() - startedMs < 10_000)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isRunning(pid)).toBe(false);
  },
  SLOW_MS,
);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test(
  "after unload every call says that the model is gone",
  async () => {
    const short = await engine.load({ name: "short", source: { kind: "toy" } });
    const stream = collect(short.generate(request("one", { maxTokens: 4000, minTokens: 4000 }), never));
    const ended = stream.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await short.unload();
    expect(await ended).toMatchObject({ code: "engine_unavailable" });
    await expect(short.tokenize([])).rejects.toMatchObject({ code: "engine_unavailable" });
    expect(short.status().state).toBe("stopped");
  },
  SLOW_MS,
);
