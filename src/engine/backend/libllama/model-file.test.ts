import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readModelFile } from "./model-file.ts";

const small = fileURLToPath(new URL("../../../../models/tramontane-small.gguf", import.meta.url));

test("a model file tells what its model is and how it is spoken to, without being loaded", () => {
  const facts = readModelFile(small);
  expect(facts.parameters).toBeGreaterThan(1e6);
  expect(facts.trainedContextTokens).toBeGreaterThan(512);
  expect(facts.cacheBytesPerToken).toBeGreaterThan(0);
  expect(facts.controlTokens).toEqual(expect.arrayContaining([facts.beginOfSequence, facts.endOfSequence]));
});
