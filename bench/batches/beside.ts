// How much later the first words come to somebody who waits, while a batch runs beside: both over HTTP, as users meet them.
//   node --import tsx bench/batches/beside.ts [--model FILE.gguf] [--rounds 5] [--longest WORDS]
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startTramontane } from "../serving/contestant.ts";
import { freshText } from "../serving/scenarios.ts";
import { streamChat } from "../serving/sse-client.ts";
import type { Endpoint } from "../serving/sse-client.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/tramontane-small.gguf" },
    rounds: { type: "string", default: "5" },
    longest: { type: "string", default: "400" },
  },
});

/** Questions per measurement; rounds alternate, so that whatever else the machine does meets both alike. */
const ASKED = 60;
const SHORTEST_WORDS = 10;
/** A person thinks between questions, so that each comes at a moment of its own: milliseconds at most. */
const LONGEST_THOUGHT_MS = 200;
/** More than are done while we measure. */
const LINES = 3000;

const server = await startTramontane({ modelPath: values.model, contextTokens: 4096 });
try {
  const { endpoint } = server;
  await measure(endpoint);
  const alone: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const quiet = await measure(endpoint);
    const batch = await startBatch(endpoint);
    const busy = await measure(endpoint);
    const done = await batch.stop();
    alone.push(...quiet);
    beside.push(...busy);
    ratios.push(p95(busy) / p95(quiet));
    console.log(`round ${round + 1}: ${told(quiet)} alone, ${told(busy)} beside a batch that answered ${done} lines`);
  }
  console.log(`alone:          ${told(alone)}`);
  console.log(`beside a batch: ${told(beside)}`);
  const rise = (quantile(ratios, 0.5) - 1) * 100;
  const list = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
  console.log(`p95 of the first words rises by ${rise.toFixed(0)} % (median of ${ratios.length} rounds: ${list})`);
} finally {
  await server.stop();
}

/** Milliseconds to the first words of questions of all lengths, one after the other. */
async function measure(endpoint: Endpoint): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < ASKED; index += 1) {
    // The same lengths each time, spread evenly over their orders of magnitude.
    const words = Math.round(SHORTEST_WORDS * (Number(values.longest) / SHORTEST_WORDS) ** (index / (ASKED - 1)));
    times.push((await streamChat(endpoint, freshText(words), 8)).ttftMs);
    await sleep(Math.random() * LONGEST_THOUGHT_MS);
  }
  return times;
}

/** Has the server answer lines of a batch until told to stop; `stop` tells how many it has answered. */
async function startBatch(endpoint: Endpoint): Promise<{ stop(): Promise<number> }> {
  const ask = async (method: string, path: string, body?: unknown): Promise<BatchJob> => {
    const headers = { "content-type": "application/json", ...endpoint.headers };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method, headers, ...content });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as BatchJob;
  };
  const requests = Array.from({ length: LINES }, (_, index) => ({
    custom_id: String(index),
    body: { messages: [{ role: "user", content: freshText(30) }], max_tokens: 100, min_tokens: 100 },
  }));
  const { id } = await ask("POST", "/v1/batch/jobs", {
    model: endpoint.model,
    endpoint: "/v1/chat/completions",
    requests,
  });
  const look = async (): Promise<BatchJob> => await ask("GET", `/v1/batch/jobs/${id}`);
  while ((await look()).succeeded_requests === 0) await sleep(100);
  return {
    async stop() {
      const { succeeded_requests: done, failed_requests: failed } = await look();
      if (failed > 0) throw new Error(`${failed} lines failed`);
      await ask("POST", `/v1/batch/jobs/${id}/cancel`);
      while ((await look()).status !== "CANCELLED") await sleep(100);
      return done;
    },
  };
}

interface BatchJob {
  readonly id: string;
  readonly status: string;
  readonly succeeded_requests: number;
  readonly failed_requests: number;
}

function told(numbers: readonly number[]): string {
  return `p50 ${quantile(numbers, 0.5).toFixed(1)} ms, p95 ${p95(numbers).toFixed(1)} ms`;
}

function p95(numbers: readonly number[]): number {
  return quantile(numbers, 0.95);
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
