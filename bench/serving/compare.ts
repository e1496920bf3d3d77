/**
 * Tramontane against llama.cpp's server of the same release, through HTTP on both sides, same GGUF, fresh processes,
 * interleaved with the order reversed each round; medians with spread.
 *
 *   LLAMA_SERVER=/path/to/llama-server node --import tsx bench/serving/compare.ts MODEL.gguf [--rounds 5] [--size tiny|1b] [--only TEXT] [--out FILE]
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { startLlamaServer, startTramontane } from "./contestant.ts";
import type { Contestant } from "./contestant.ts";
import { freshText, SCENARIOS } from "./scenarios.ts";
import type { Scenario, Size } from "./scenarios.ts";
import { streamChat } from "./sse-client.ts";
import { tabulate } from "./table.ts";
import type { ResultRow, Results } from "./table.ts";

const SIZES: Record<string, Size> = {
  tiny: { decodeTokens: 256, prefixWords: 470, poissonSeconds: 10, poissonPerSecond: 4 },
  "1b": { decodeTokens: 48, prefixWords: 470, poissonSeconds: 30, poissonPerSecond: 0.25 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    size: { type: "string", default: "tiny" },
    only: { type: "string", default: "" },
    out: { type: "string" },
  },
});
const [modelPath] = positionals;
const binary = process.env["LLAMA_SERVER"];
const size = SIZES[values.size];
if (!modelPath || !binary || !size) {
  console.error(
    "usage: LLAMA_SERVER=/path/to/llama-server node --import tsx bench/serving/compare.ts MODEL.gguf [--rounds 5] [--size tiny|1b] [--only TEXT] [--out FILE]",
  );
  process.exit(2);
}

const options = { modelPath, contextTokens: 4096 };
const chosen = SCENARIOS.filter((scenario) => scenario.name.includes(values.only));
const starters = {
  tramontane: () => startTramontane(options),
  llamaServer: () => startLlamaServer(binary, options),
};
type Name = keyof typeof starters;
const order: readonly Name[] = ["tramontane", "llamaServer"];

type Samples = Omit<ResultRow, "tramontane" | "llamaServer"> & { tramontane: number[]; llamaServer: number[] };
const samples = new Map<string, Samples>();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of round % 2 === 0 ? order : order.toReversed()) {
    const contestant = await starters[name]();
    try {
      await warmUp(contestant);
      for (const scenario of chosen) await measure(name, contestant, scenario);
    } finally {
      await contestant.stop();
    }
  }
  console.error(`round ${round + 1} of ${values.rounds} done`);
}

/** A server in use has run every path before; both sides get the same chance to. */
async function warmUp({ endpoint }: Contestant): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 8 }, () => streamChat(endpoint, freshText(8), size!.decodeTokens / 4)));
  }
}

async function measure(contestantName: Name, contestant: Contestant, scenario: Scenario): Promise<void> {
  for (const [suffix, value] of Object.entries(await scenario.run(contestant, size!))) {
    const name = scenario.name + suffix;
    const { unit, better } = scenario;
    const row = samples.get(name) ?? { name, unit, better, tramontane: [], llamaServer: [] };
    row[contestantName].push(value);
    samples.set(name, row);
  }
}

const results: Results = {
  model: basename(modelPath),
  processor: `${cpus()[0]?.model ?? "unknown processor"} × ${cpus().length}`,
  rounds: Number(values.rounds),
  rows: [...samples.values()],
};
console.log(`${results.model} · ${results.processor} · ${results.rounds} rounds`);
console.log(tabulate(results));
if (values.out) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
