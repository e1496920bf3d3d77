import { expect, test } from "vitest";
import { checkAbi } from "./abi-check.ts";
import type { ContextParams, NativeFunctions } from "./abi.ts";
import { findBinaryPackage, thisMachine } from "./binary-package.ts";
import { loadLibllama } from "./loader.ts";

const { functions, types } = loadLibllama(findBinaryPackage(thisMachine()).folder);
const refused = (pattern: RegExp) =>
  expect.objectContaining({ code: "engine_unavailable", message: expect.stringMatching(pattern) }) as Error;

test("the pinned library passes", () => {
  expect(() => checkAbi(functions, types)).not.toThrow();
});

test("another release is refused by its number", () => {
  const other: NativeFunctions = { ...functions, llama_version: () => "0.6.0" };
  expect(() => checkAbi(other, types)).toThrow(refused(/release is 0\.6\.0/));
});

test("a struct of another size is refused", () => {
  expect(() => checkAbi(functions, { ...types, batch: types.modelParams })).toThrow(refused(/size of batch is 80/));
});

test("defaults in the wrong places are refused", () => {
  const shifted = (): ContextParams => ({ ...functions.llama_context_default_params(), n_batch: 512 });
  expect(() => checkAbi({ ...functions, llama_context_default_params: shifted }, types)).toThrow(
    refused(/default n_batch is 512/),
  );
});
