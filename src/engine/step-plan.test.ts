import fc from "fast-check";
import { expect, test } from "vitest";
import type { BackendLimits } from "./backend/backend.ts";
import { GREEDY, PLAIN } from "./generation.ts";
import { PlainKernel } from "./sampling/plain-kernel.ts";
import { Sampler } from "./sampling/sampler.ts";
import { type ActiveRequest, Sequence } from "./sequence.ts";
import { Drafter } from "./speculation.ts";
import { planStep, rowsOf, type StepBudget, TILE_TOKENS, tileEndOf } from "./step-plan.ts";
import { TextStream } from "./text/text-stream.ts";

interface State {
  readonly prompt: number;
  readonly generated: number;
  readonly computed: number;
  readonly isReproducible?: boolean;
}

function sequenceOf(lease: number, state: State): Sequence {
  const request = {
    ...PLAIN,
    prompt: new Int32Array(state.prompt),
    maxTokens: undefined,
    isReproducible: state.isReproducible,
    caller: "",
  };
  const owner: ActiveRequest = {
    id: lease,
    request,
    arrival: lease,
    submittedMs: 0,
    sequences: new Set(),
    isStarted: true,
  };
  const sampler = new Sampler({
    kernel: new PlainKernel(1),
    options: GREEDY,
    choice: 0,
    endTokens: [],
    minTokens: 0,
    logprobs: undefined,
    matcher: undefined,
    closesInTime: false,
    endsWhole: false,
    nowMs: () => 0,
    shortTokens: [],
    maskCounts: { masked: 0, optimistic: 0 },
  });
  const sequence = new Sequence({
    owner,
    choice: 0,
    sampler,
    drafter: new Drafter(new Int32Array(0)),
    text: new TextStream([]),
  });
  sequence.tokens.append(new Int32Array(state.generated));
  sequence.lease = lease;
  sequence.computed = state.computed;
  return sequence;
}

const limits: BackendLimits = { layout: "shared", cells: 1e6, sequences: 64, batchTokens: 512, contextTokens: 4096 };
const budgetOf = (changes: Partial<StepBudget> = {}, layout: "shared" | "separate" = "shared"): StepBudget => ({
  limits: { ...limits, layout },
  rows: 1e6,
  prefillTokens: 512,
  draftTokens: 0,
  worthwhile: 0.25,
  ...changes,
});
const shapeOf = (passes: ReturnType<typeof planStep>) =>
  passes.map((pass) => pass.map(({ sequence, tokens }) => [sequence.lease, tokens]));

test("decoding rows come first and together, then the ends of prompts with them, then tiles, one prompt to a pass", () => {
  const sequences = [
    sequenceOf(2, { prompt: 300, generated: 0, computed: 0 }),
    sequenceOf(1, { prompt: 10, generated: 5, computed: 14 }),
    sequenceOf(0, { prompt: 20, generated: 0, computed: 0 }),
  ];
  expect(shapeOf(planStep(sequences, budgetOf()))).toEqual([
    [
      [0, 20],
      [1, 1],
    ],
    [[2, 300]],
  ]);
});

test("a prompt's last token is never in a tile where equal bytes are wanted; else the rest goes with the tiles", () => {
  const chunks = (prompt: number, isReproducible = true, layout: "shared" | "separate" = "separate") => {
    const sequence = sequenceOf(0, { prompt, generated: 0, computed: 0, isReproducible });
    const sizes: number[] = [];
    while (sequence.pending > 0) {
      const [[slice]] = planStep([sequence], budgetOf({ prefillTokens: 200 }, layout)) as unknown as [
        [{ tokens: number }],
      ];
      sizes.push(slice.tokens);
      sequence.computed += slice.tokens;
    }
    return sizes;
  };
  expect(chunks(500)).toEqual([192, 192, 64, 52]);
  expect(chunks(64)).toEqual([63, 1]);
  expect(chunks(65)).toEqual([64, 1]);
  expect(chunks(5)).toEqual([5]);
  expect(chunks(500, false)).toEqual([192, 192, 116]);
  expect(chunks(65, false)).toEqual([65]);
  // Where the cells of others come first, tiles begin anywhere.
  expect(chunks(150, true, "shared")).toEqual([63, 63, 24]);
});

const states = fc
  .record({
    prompt: fc.integer({ min: 1, max: 300 }),
    generated: fc.integer({ min: 0, max: 20 }),
    done: fc.double({ min: 0, max: 1, noNaN: true }),
    isReproducible: fc.boolean(),
  })
  .map(({ done, ...state }) => ({ ...state, computed: Math.floor(done * (state.prompt + state.generated - 1)) }));

test("no plan takes more than its budget, and none is empty while rows are left", () => {
  fc.assert(
    fc.property(
      fc.array(states, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 8, max: 600 }),
      fc.integer({ min: 1, max: 512 }),
      fc.constantFrom("shared" as const, "separate" as const),
      (list, rows, prefillTokens, layout) => {
        const sequences = list.map((state, lease) => sequenceOf(lease, state));
        const passes = planStep(sequences, budgetOf({ rows, prefillTokens }, layout));
        expect(rowsOf(passes)).toBeLessThanOrEqual(rows);
        expect(rowsOf(passes)).toBeGreaterThan(0);
        const slices = passes.flat();
        expect(new Set(slices.map(({ sequence }) => sequence)).size).toBe(slices.length);
        for (const { sequence, tokens } of slices) {
          expect(tokens).toBeLessThanOrEqual(sequence.pending);
          if (tokens >= TILE_TOKENS && sequence.owner.request.isReproducible)
            expect(sequence.computed + tokens).toBeLessThanOrEqual(tileEndOf(sequence.owner.request.prompt.length));
        }
        for (const pass of passes) expect(rowsOf([pass])).toBeLessThanOrEqual(limits.batchTokens);
      },
    ),
    { numRuns: 500 },
  );
});

test("forced tokens of separate sequences go one by one, unless many wait", () => {
  const forced = (lease: number, count: number) => sequenceOf(lease, { prompt: 10, generated: count, computed: 10 });
  expect(shapeOf(planStep([forced(0, 3), forced(1, 1)], budgetOf({}, "separate")))).toEqual([
    [
      [0, 1],
      [1, 1],
    ],
  ]);
  expect(shapeOf(planStep([forced(0, 9), forced(1, 1)], budgetOf({}, "separate")))).toEqual([
    [
      [0, 9],
      [1, 1],
    ],
  ]);
  expect(shapeOf(planStep([forced(0, 3), forced(1, 1)], budgetOf({}, "shared")))).toEqual([
    [
      [0, 3],
      [1, 1],
    ],
  ]);
  expect(shapeOf(planStep([forced(0, 3)], budgetOf({}, "separate")))).toEqual([[[0, 3]]]);
});

test("tiles of separate sequences with as many rows each share a pass, as far as a batch goes", () => {
  const prompts = (count: number) =>
    Array.from({ length: count }, (_, lease) =>
      sequenceOf(lease, { prompt: 200, generated: 0, computed: 64, isReproducible: true }),
    );
  const rows = budgetOf({ prefillTokens: 2000 }, "separate");
  expect(shapeOf(planStep(prompts(2), rows))).toEqual([
    [
      [0, 128],
      [1, 128],
    ],
  ]);
  expect(planStep(prompts(6), rows).map((pass) => pass.length)).toEqual([4, 2]);
  const shared = budgetOf({ prefillTokens: 2000 });
  expect(planStep(prompts(2), shared).map((pass) => pass.length)).toEqual([1, 1]);
});

test("a long answer that must be reproducible never has a row alone in its pass", () => {
  const long = { prompt: 300, generated: 5, computed: 304 };
  const draftsOf = (state: State, others: Sequence[] = []) =>
    planStep([sequenceOf(0, state), ...others], budgetOf({}, "separate"))[0]!.map(({ drafts }) => drafts.length);
  expect(draftsOf(long)).toEqual([0]);
  expect(draftsOf({ ...long, isReproducible: true })).toEqual([1]);
  expect(draftsOf({ ...long, isReproducible: true }, [sequenceOf(1, long)])).toEqual([0, 0]);
  expect(draftsOf({ prompt: 30, generated: 5, computed: 34, isReproducible: true })).toEqual([0]);
});
