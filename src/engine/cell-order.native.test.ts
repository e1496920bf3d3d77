import { expect, test } from "vitest";
import { BatchBuilder } from "./batch.ts";
import type { LibllamaBackend } from "./backend/libllama/libllama-backend.ts";
import { openBackend } from "./backend/libllama/open-backend.ts";
import { CoreHarness } from "./core-harness.ts";
import { GREEDY } from "./generation.ts";
import { promptOf, useMicroModel } from "../../tests/support/micro-model.ts";

const { libllama, path, clock } = useMicroModel();

const open = (cells: number): LibllamaBackend => {
  const { backend } = openBackend(libllama, { name: "micro", path, contextTokens: 512, cells, threads: 1, clock });
  expect(backend.limits.layout).toBe("shared");
  return backend;
};
const warm = { ...GREEDY, temperature: 0.8, topP: 0.95 };

/** A core over a shared cache in which little may lie idle, so that cells are freed all the time. */
class Crowd extends CoreHarness<LibllamaBackend> {
  #id = 0;

  constructor(backend: LibllamaBackend) {
    super({}, { draftTokens: 4, prefillTokens: 160, idleCells: 64 }, backend);
  }

  stranger(promptTokens: number, maxTokens: number): number {
    const id = ++this.#id;
    const prompt = promptOf(promptTokens, id);
    this.submit(id, prompt, { sampling: { ...warm, seed: BigInt(id) }, maxTokens, minTokens: maxTokens });
    return id;
  }

  seeded(prompt: Int32Array, maxTokens = 60): number {
    const id = ++this.#id;
    const sampling = { ...warm, seed: 42n };
    this.submit(id, prompt, { sampling, maxTokens, minTokens: maxTokens, logprobs: 0, isReproducible: true });
    return id;
  }

  /** Log probabilities show the last bit, long before a text does. */
  said(id: number): { text: string; logprobs: number[] } {
    const logprobs = this.events(id).flatMap((event) => (event.type === "text" ? (event.logprobs ?? []) : []));
    return { text: this.text(id), logprobs: logprobs.map(({ logprob }) => logprob) };
  }
}

const PROMPT = promptOf(200, 1);

function alone(): ReturnType<Crowd["said"]> {
  using backend = open(2048);
  const crowd = new Crowd(backend);
  const asked = crowd.seeded(PROMPT);
  crowd.drain();
  return crowd.said(asked);
}

test.each([
  ["there is room for all", 2048],
  ["others must give way", 640],
])("a seeded answer has the same bytes in a shared cache where others leave holes: %s", (_, cells) => {
  const wanted = alone();
  expect(wanted.logprobs.length).toBeGreaterThan(20);
  using backend = open(cells);
  const crowd = new Crowd(backend);
  for (const length of [33, 70, 12, 90]) crowd.stranger(length, 3 + (length % 7));
  for (let step = 0; step < 7; step++) crowd.step();
  const first = crowd.seeded(PROMPT);
  for (let step = 0; step < 40; step++) {
    // Each is soon done, and moved out for the next one.
    if (step % 4 === 0) crowd.stranger(20 + ((step * 7) % 60), 2 + (step % 3));
    crowd.step();
  }
  // One that takes over what the first computed, while that still runs.
  const second = crowd.seeded(PROMPT);
  crowd.stranger(50, 30);
  crowd.drain();
  expect(crowd.said(first)).toEqual(wanted);
  expect(crowd.said(second)).toEqual(wanted);
  // And one that finds only what they left.
  crowd.stranger(100, 3);
  crowd.step();
  const third = crowd.seeded(PROMPT);
  crowd.drain();
  expect(crowd.said(third)).toEqual(wanted);
});

test("a saved state holds its positions in order, wherever their cells lay, and each sequence's can be restored", () => {
  using backend = open(1024);
  const run = (sequence: number, tokens: Int32Array, from = 0): Float32Array => {
    const builder = new BatchBuilder(tokens.length);
    tokens.forEach((token, index) =>
      builder.add({ sequence, position: from + index, token, wantsLogits: index === tokens.length - 1 }),
    );
    expect(backend.decode(builder.batch)).toBe("ok");
    return backend.logits(0).slice();
  };
  const tokens = promptOf(60, 3);
  run(0, promptOf(30, 1));
  run(0, tokens.subarray(0, 1), 30);
  backend.trimSequence(0, 0);
  const last = backend.limits.sequences - 1;
  run(0, promptOf(30, 1));
  run(last, tokens.subarray(0, 20));
  backend.trimSequence(0, 0);
  run(last, tokens.subarray(20, 50), 20);
  const state = backend.saveSequence(last);
  backend.trimSequence(last, 0);
  run(1, tokens.subarray(0, 50));
  const inOrder = backend.saveSequence(1);
  const positions = (bytes: Uint8Array) => bytes.subarray(32, 32 + 50 * 12);
  expect(positions(state).filter((_, index) => index % 12 < 4)).toEqual(
    positions(inOrder).filter((_, index) => index % 12 < 4),
  );
  const continued = run(1, tokens.subarray(50), 50);
  expect(backend.restoreSequence(2, state)).toBe(true);
  const restored = run(2, tokens.subarray(50), 50);
  const worst = restored.reduce((most, value, index) => Math.max(most, Math.abs(value - continued[index]!)), 0);
  // The original was computed over cells in another order, which shows in the rounding.
  expect(worst).toBeLessThan(0.3);
});
