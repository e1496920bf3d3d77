import fc from "fast-check";
import { expect, test } from "vitest";
import type { BackendLimits } from "./backend/backend.ts";
import { CoreHarness } from "./core-harness.ts";
import type { CoreOptions, CoreRequest } from "./core.ts";
import type { Constraint } from "./generation.ts";

/** 300 by default; `TRAMONTANE_TEST_SCHEDULES=10000` for the long run. */
const SCHEDULES = Number(process.env["TRAMONTANE_TEST_SCHEDULES"] ?? 300);
/** The whole test may take this long; what it managed by then must be most of the schedules. */
const TIME_LIMIT_MS = Math.max(90_000, 120 * SCHEDULES);

interface Job {
  readonly request: Partial<CoreRequest>;
  readonly prompt: Int32Array;
  /** Steps to take before it is submitted. */
  readonly pause: number;
  /** Steps to take after submission before it is cancelled; undefined: never. */
  readonly cancelAfter: number | undefined;
}

interface Schedule {
  readonly limits: Partial<BackendLimits>;
  readonly options: Partial<CoreOptions>;
  readonly jobs: readonly Job[];
}

const LIST: Constraint = {
  kind: "json_schema",
  schema: { type: "array", items: { enum: ["river", "a very long road", 12] }, minItems: 1, maxItems: 3 },
};

/** Prompts share long prefixes on purpose, and differ in their ends. */
const prompts = fc
  .record({
    prefix: fc.constantFrom(0, 8, 40, 90),
    branch: fc.constantFrom(100, 150),
    own: fc.array(fc.integer({ min: 32, max: 60 }), { minLength: 1, maxLength: 12 }),
  })
  .map(({ prefix, branch, own }) =>
    Int32Array.from([1, ...Array.from({ length: prefix }, (_, index) => branch + (index % 7)), ...own, 4]),
  );

const jobs: fc.Arbitrary<Job> = fc.record({
  prompt: prompts,
  pause: fc.nat(3),
  cancelAfter: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
  request: fc.record({
    choices: fc.constantFrom(1, 1, 1, 3),
    maxTokens: fc.constantFrom(1, 5, 40, undefined),
    minTokens: fc.constantFrom(0, 0, 10),
    stop: fc.constantFrom([], [" the"], ["a", "sea"]),
    logprobs: fc.constantFrom(undefined, undefined, 2),
    prediction: fc.constantFrom(undefined, " river road rain", undefined),
    priority: fc.constantFrom(0, 0, 10),
    caller: fc.constantFrom("a", "b", "c"),
    adapter: fc.constantFrom(undefined, undefined, "formal"),
    isReproducible: fc.boolean(),
    constraint: fc.constantFrom(undefined, undefined, undefined, { kind: "json_object" as const }, LIST),
    sampling: fc.record({
      temperature: fc.constantFrom(0, 0.7, 1.5),
      topP: fc.constantFrom(1, 0.9),
      topK: fc.constantFrom(0, 5),
      minP: fc.constantFrom(0, 0.05),
      presencePenalty: fc.constantFrom(0, 0.5),
      frequencyPenalty: fc.constantFrom(0, 0.5),
      logitBias: fc.constantFrom(new Map(), new Map([[300, 8]])),
      seed: fc.bigInt({ min: 0n, max: 3n }),
    }),
  }),
});

const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    layout: fc.constantFrom("shared" as const, "separate" as const),
    cells: fc.constantFrom(150, 300, 2000),
    sequences: fc.constantFrom(2, 5, 12),
    batchTokens: fc.constantFrom(16, 64),
    running: fc.constantFrom(1, 4, 12),
    prefillTokens: fc.constantFrom(3, 16, 64),
    coldBytes: fc.constantFrom(0, 3000, 1e6),
    idleCells: fc.constantFrom(0, 100, 1e6),
    draftTokens: fc.constantFrom(0, 4),
    jobs: fc.array(jobs, { minLength: 1, maxLength: 8 }),
  })
  .map(({ layout, cells, sequences, batchTokens, running, jobs: list, ...options }) => ({
    limits: {
      layout,
      cells: layout === "separate" ? 160 * sequences : cells,
      sequences,
      batchTokens,
      contextTokens: 160,
    },
    options: { runningSequences: running, ...options },
    jobs: list,
  }));

/** What a request says when nothing else runs and nothing was cached: the truth every schedule is held to. */
function runAlone(job: Job): { readonly error: string | undefined; readonly choices: readonly string[] } {
  const harness = new CoreHarness({ contextTokens: 160 }, { draftTokens: 0 });
  harness.submit(0, job.prompt, { ...job.request, choices: 3 });
  harness.drain();
  return { error: harness.error(0), choices: [0, 1, 2].map((choice) => summary(harness, 0, choice)) };
}

function summary(harness: CoreHarness, id: number, choice: number): string {
  const finish = harness.finish(id, choice);
  const events = harness.events(id, choice);
  const logprobs = events.flatMap((event) => (event.type === "text" ? (event.logprobs ?? []) : []));
  const controls = events.filter((event) => event.type === "control");
  return JSON.stringify([harness.text(id, choice), finish?.reason, finish?.completionTokens, logprobs, controls]);
}

function play(schedule: Schedule): CoreHarness {
  const harness = new CoreHarness(schedule.limits, schedule.options);
  const cancellations: { id: number; step: number }[] = [];
  let step = 0;
  const tick = () => {
    for (const { id } of cancellations.filter((cancellation) => cancellation.step === step)) harness.core.cancel(id);
    harness.step();
    step += 1;
  };
  schedule.jobs.forEach((job, id) => {
    for (let pause = 0; pause < job.pause; pause++) tick();
    harness.submit(id, job.prompt, job.request);
    if (job.cancelAfter !== undefined) cancellations.push({ id, step: step + job.cancelAfter });
  });
  const stepLimit = step + 4000;
  while (harness.core.hasWork() && step < stepLimit) tick();
  return harness;
}

test(
  "random schedules: nothing leaks, and every answer is the one the request gets alone",
  () => {
    const property = fc.property(schedules, (schedule) => {
      const harness = play(schedule);
      const status = harness.core.status();
      expect(harness.core.hasWork()).toBe(false);
      expect(status).toMatchObject({ runningSequences: 0, waitingRequests: 0 });
      expect(status.cacheTokensUsed).toBe(harness.backend.usedCells);
      expect(status.coldBytes).toBeLessThanOrEqual(schedule.options.coldBytes ?? 0);
      schedule.jobs.forEach((job, id) => {
        if (job.cancelAfter !== undefined) return;
        const alone = runAlone(job);
        expect(harness.error(id)).toBe(alone.error);
        for (let choice = 0; choice < (job.request.choices ?? 1); choice++) {
          // A cache smaller than the window ends an answer early: then it is a beginning of the one it gets alone.
          const isCut = harness.finish(id, choice)?.reason === "context" && (schedule.limits.cells ?? 0) < 160;
          if (isCut) expect(alone.choices[choice]).toContain(JSON.stringify(harness.text(id, choice)).slice(0, -1));
          else expect(summary(harness, id, choice)).toBe(alone.choices[choice]);
        }
      });
    });
    const result = fc.check(property, {
      numRuns: SCHEDULES,
      interruptAfterTimeLimit: TIME_LIMIT_MS,
      seed: Number(process.env["TRAMONTANE_TEST_SEED"] ?? 1),
    });
    expect(result.failed ? fc.defaultReportMessage(result) : undefined).toBeUndefined();
    expect(result.numRuns).toBeGreaterThan(SCHEDULES / 10);
  },
  TIME_LIMIT_MS * 2,
);
