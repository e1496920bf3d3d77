import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { silentLogger } from "#base";
import type { Engine } from "#engine";
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
