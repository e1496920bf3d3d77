import { expect, test } from "vitest";
import { openBackend } from "./backend/libllama/open-backend.ts";
import { CoreHarness } from "./core-harness.ts";
import { GREEDY } from "./generation.ts";
import { promptOf, useMicroModel } from "../../tests/support/micro-model.ts";

const { libllama, path, clock } = useMicroModel();

const warm = { ...GREEDY, temperature: 0.8, topP: 0.95, seed: 42n };

/** Log probabilities show the last bit, long before a text does. */
test.each([
  // From 256 cells on a row that is alone in its pass is summed up otherwise.
  ["separate", "as many threads as there is room for", 300, 1024, 8 * 1024 + 1024],
  ["separate", "all threads", 300, 1024, 8 * 1024 + 1024],
  ["shared", "all threads", 200, 512, 2048],
])("%s cells, %s: the same seed and request give the same bytes alone and beside eight others", (...parts) => {
  const [layout, threads, promptTokens, window, cells] = parts;
  const followsContention = threads !== "all threads";
  const options = { name: "micro", path, contextTokens: window, cells, followsContention, clock };
  using backend = openBackend(libllama, options).backend;
  expect(backend.limits.layout).toBe(layout);
  /**
   * Asks the same once per entry, each time beside so many others; the first time nothing is cached, but what one without
   * a seed left that asked the same, where `follows` says so.
   */
  const answers = (rounds: number[], follows = false): { text: string; logprobs: number[] }[] => {
    const harness = new CoreHarness({}, { draftTokens: 0, prefillTokens: 160 }, backend);
    let id = 0;
    const submit = (prompt: Int32Array, seed: bigint, caller: string, isReproducible = true): number => {
      harness.submit(++id, prompt, {
        maxTokens: 40,
        sampling: { ...warm, seed },
        isReproducible,
        logprobs: 0,
        caller,
      });
      return id;
    };
    if (follows) {
      submit(promptOf(promptTokens, 1), 7n, "careless", false);
      harness.drain(() => backend.adaptThreads());
    }
    const said = rounds.map((others) => {
      for (let other = 1; other <= others; other++) submit(promptOf(30 + 17 * other, id), BigInt(other), "busy");
      if (others > 0) harness.step();
      const asked = submit(promptOf(promptTokens, 1), 42n, "asking");
      harness.drain(() => backend.adaptThreads());
      const logprobs = harness.events(asked).flatMap((event) => (event.type === "text" ? (event.logprobs ?? []) : []));
      return { text: harness.text(asked), logprobs: logprobs.map(({ logprob }) => logprob) };
    });
    for (let sequence = 0; sequence < backend.limits.sequences; sequence++) backend.trimSequence(sequence, 0);
    return said;
  };
  const [alone] = answers([0]);
  expect(alone!.logprobs.length).toBeGreaterThan(10);
  expect(answers([0, 0])).toEqual([alone, alone]);
  expect(answers([8, 3])).toEqual([alone, alone]);
  expect(answers([7, 5, 8])).toEqual([alone, alone, alone]);
  expect(answers([0, 3], true)).toEqual([alone, alone]);
});
