// How much later the first words come to somebody who waits, while a batch runs beside.
//   node --import tsx bench/batches/beside.ts [--model FILE.gguf] [--rounds 5]
import { parseArgs } from "node:util";
import { silentLogger } from "#base";
import { createEngine, GREEDY } from "#engine";
import type { EngineModel, GenerationRequest } from "#engine";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/tramontane-small.gguf" },
    rounds: { type: "string", default: "5" },
  },
});

/** Requests per measurement; rounds alternate, so that whatever else the machine does meets both alike. */
const ASKED = 40;
/** Lines of a batch that are asked at once; see platform/batches/open-batches.ts. */
const LINES_AT_ONCE = 4;
const BATCH_PRIORITY = 10;

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const engine = createEngine({ logger: silentLogger, clock });
try {
  const model = await engine.load({ name: "bench", source: { kind: "gguf", path: values.model } });
  await measure(model);
  const alone: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const quiet = await measure(model);
    const stop = startBatch(model);
    const busy = await measure(model);
    await stop();
    alone.push(...quiet);
    beside.push(...busy);
    ratios.push(p95(busy) / p95(quiet));
  }
  const told = (numbers: readonly number[]): string =>
    `p50 ${quantile(numbers, 0.5).toFixed(1)} ms, p95 ${p95(numbers).toFixed(1)} ms`;
  console.log(`alone:         ${told(alone)}`);
  console.log(`beside a batch: ${told(beside)}`);
  const rise = (quantile(ratios, 0.5) - 1) * 100;
  console.log(
    `p95 of the first words rises by ${rise.toFixed(0)} % (median of ${ratios.length} rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`,
  );
} finally {
  await engine.close();
}

/** Milliseconds to the first words of requests, one after the other. */
async function measure(model: EngineModel): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < ASKED; index += 1) {
    const began = performance.now();
    const signal = new AbortController().signal;
    for await (const event of model.generate(
      requestOf(`Question ${Math.random()}: why is the sky blue?`, 0, 4),
      signal,
    )) {
      if (event.type !== "text") continue;
      times.push(performance.now() - began);
      break;
    }
  }
  return times;
}

/** Keeps lines of a batch running until told to stop. */
function startBatch(model: EngineModel): () => Promise<void> {
  const controller = new AbortController();
  const work = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      const request = requestOf(`Line ${Math.random()}: tell me a story about the wind.`, BATCH_PRIORITY, 200);
      for await (const event of model.generate(request, controller.signal)) if (event.type === "finished") break;
    }
  };
  const lines = Array.from({ length: LINES_AT_ONCE }, async () => await work().catch(() => {}));
  return async () => {
    controller.abort();
    await Promise.all(lines);
  };
}

function requestOf(text: string, priority: number, maxTokens: number): GenerationRequest {
  return {
    prompt: [{ kind: "text", text }],
    choices: 1,
    maxTokens,
    minTokens: maxTokens,
    sampling: GREEDY,
    stop: [],
    logprobs: undefined,
    prediction: undefined,
    priority,
    caller: priority === 0 ? "person" : "batch",
    adapter: undefined,
  };
}

function p95(numbers: readonly number[]): number {
  return quantile(numbers, 0.95);
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
