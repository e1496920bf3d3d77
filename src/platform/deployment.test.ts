import { expect, test } from "vitest";
import { TramontaneError } from "#base";
import { Catalog } from "./catalog.ts";
import { Deployment } from "./deployment.ts";
import type { DeploymentSpec, LoadedModel } from "./deployment.ts";

const spec = (id: string, aliases: string[] = []): DeploymentSpec => ({
  id,
  aliases,
  createdAt: 1,
  ownedBy: "us",
  serves: { chat: true, fim: true, embeddings: false },
  defaultTemperature: 0.7,
  contextTokens: 100,
});
const never = () => new Promise<LoadedModel>(() => {});

test("who asks while a model loads waits for the same load; a failed one is tried again", async () => {
  let loads = 0;
  const deployment = new Deployment(spec("a"), () => {
    loads += 1;
    return Promise.reject(new TramontaneError("model_load_failed", "no room"));
  });
  expect(deployment.state).toBe("idle");
  const both = await Promise.allSettled([deployment.loaded(), deployment.loaded()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect([loads, deployment.state]).toEqual([1, "failed"]);
  await expect(deployment.loaded()).rejects.toThrow("no room");
  expect(loads).toBe(2);
});

test("every name leads to its model and to a card that lists the others", () => {
  const catalog = new Catalog([new Deployment(spec("a", ["x", "y"]), never), new Deployment(spec("b"), never)]);
  expect(catalog.default.spec.id).toBe("a");
  expect(catalog.cards().map(({ id }) => id)).toEqual(["a", "x", "y", "b"]);
  expect(catalog.card("x")).toMatchObject({ id: "x", name: "a", aliases: ["a", "y"], max_context_length: 100 });
  expect(() => catalog.resolve("z")).toThrow("Invalid model: z");
  expect(() => catalog.card("z")).toThrow("Model z was not found.");
});

test("a name that two models claim is a mistake of the configuration", () => {
  const twice = () => new Catalog([new Deployment(spec("a", ["x"]), never), new Deployment(spec("b", ["x"]), never)]);
  expect(twice).toThrow("The model name 'x' is claimed by a and b");
  expect(() => new Catalog([])).toThrow("At least one model");
});
