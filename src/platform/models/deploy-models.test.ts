import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { silentLogger } from "#base";
import { createEngine, PLAIN } from "#engine";
import type { Engine } from "#engine";
import { writeRandomModel } from "../../../scripts/make-random-model.ts";
import { writeRandomAdapter } from "../../../scripts/random-model/adapter.ts";
import type { Deployment } from "../deployment.ts";
import { deployModels } from "./deploy-models.ts";
import { findModelFiles } from "./model-files.ts";
import { ModelMemory } from "./model-memory.ts";

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

/** Deployments of files of these names; nothing is loaded. */
function deployed(...names: string[]): Map<string, Deployment> {
  const memory = new ModelMemory({ budgetBytes: 1e12, idleMs: 0, clock, logger: silentLogger });
  const engine: Pick<Engine, "load"> = { load: () => Promise.reject(new Error("nothing is to be loaded")) };
  const deployments = deployModels({
    files: names.map((name) => ({ name, path: `/models/${name}.gguf`, bytes: 1e6, modifiedMs: 0 })),
    engine: engine as Engine,
    memory,
    defaultModel: "tramontane-small",
    contextTokens: undefined,
    cacheTokens: undefined,
    threads: undefined,
    clock,
    logger: silentLogger,
  });
  return new Map(deployments.map((deployment) => [deployment.spec.id, deployment]));
}

test("the default model is first, so that it loads before the others", () => {
  expect([...deployed("tramontane-embed", "tramontane-large", "tramontane-small").keys()][0]).toBe("tramontane-small");
});

test("alone, the small model answers to every hosted name", () => {
  const names = deployed("tramontane-small").get("tramontane-small")!.spec.aliases;
  expect(names).toEqual(expect.arrayContaining(["mistral-large-latest", "open-mistral-7b", "mistral-embed"]));
});

test("the large model takes the names of the large hosted ones, and their embeddings go to the table", () => {
  const all = deployed("tramontane-small", "tramontane-large", "tramontane-embed");
  expect(all.get("tramontane-large")!.spec.aliases).toEqual(
    expect.arrayContaining(["mistral-large-latest", "mistral-medium-latest", "open-mixtral-8x7b"]),
  );
  expect(all.get("tramontane-small")!.spec.aliases).toEqual(
    expect.arrayContaining(["open-mistral-7b", "mistral-tiny", "mistral-small-latest", "codestral-latest"]),
  );
  expect(all.get("tramontane-embed")!.spec).toMatchObject({
    aliases: ["mistral-embed"],
    serves: { chat: false, fim: false, embeddings: true },
    embeddingDimensions: 1024,
  });
});

test("real weights that were pulled take their hosted names from the shipped models", () => {
  const all = deployed("tramontane-small", "tramontane-large", "mixtral-8x7b-instruct-v0.1");
  expect(all.get("mixtral-8x7b-instruct-v0.1")!.spec.aliases).toContain("open-mixtral-8x7b");
  expect(all.get("tramontane-large")!.spec.aliases).not.toContain("open-mixtral-8x7b");
});

test("a card under an alias names the deployment as its root", () => {
  const large = deployed("tramontane-small", "tramontane-large").get("tramontane-large")!;
  expect(large.card("mistral-large-latest")).toMatchObject({ id: "mistral-large-latest", root: "tramontane-large" });
});

test("what a model can do is known from its file, before it is loaded", () => {
  const memory = new ModelMemory({ budgetBytes: 1e12, idleMs: 0, clock, logger: silentLogger });
  const [file] = findModelFiles([fileURLToPath(new URL("../../../models", import.meta.url))]).filter(
    ({ name }) => name === "tramontane-small",
  );
  const parts = { engine: {} as Engine, memory, contextTokens: undefined, cacheTokens: undefined, threads: undefined };
  const [small] = deployModels({
    ...parts,
    files: [file!],
    defaultModel: "tramontane-small",
    clock,
    logger: silentLogger,
  });
  expect(small!.state).toBe("idle");
  expect(small!.card("tramontane-small").capabilities.function_calling).toBe(true);
});

test("an adapter beside its model is a model of its own, in the same process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tramontane-adapters-"));
  const time = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const engine = createEngine({ logger: silentLogger, clock: time });
  try {
    writeRandomModel({ path: join(folder, "micro-v0.3.gguf"), shape: "micro", type: "q8_0" });
    writeRandomAdapter({ path: join(folder, "micro-v0.3.formal.adapter.gguf"), shape: "micro", seed: 1 });
    writeFileSync(join(folder, "other.formal.adapter.gguf"), "");
    const files = findModelFiles([folder]);
    expect(files.map(({ name }) => name)).toEqual(["micro-v0.3"]);
    const memory = new ModelMemory({ budgetBytes: 1e12, idleMs: 0, clock: time, logger: silentLogger });
    const settings = { contextTokens: 512, cacheTokens: 2048, threads: 1, clock: time, logger: silentLogger };
    const deployments = deployModels({ files, engine, memory, defaultModel: "micro-v0.3", ...settings });
    expect(deployments.map(({ spec }) => spec.id)).toEqual(["micro-v0.3", "micro-v0.3:formal"]);
    const [base, formal] = deployments as [Deployment, Deployment];
    const say = async (deployment: Deployment): Promise<string> => {
      const { engine: model } = await deployment.loaded();
      let text = "";
      const request = { ...PLAIN, prompt: [{ kind: "text", text: "Hello" } as const], maxTokens: 24, caller: "test" };
      for await (const event of model.generate(request, new AbortController().signal)) {
        if (event.type === "text") text += event.text;
      }
      return text;
    };
    const plain = await say(base);
    const adapted = await say(formal);
    expect(adapted).not.toBe(plain);
    expect(await say(base)).toBe(plain);
    // The base goes and comes back; nobody has to know.
    await base.unload();
    expect(await say(formal)).toBe(adapted);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}, 60_000);
