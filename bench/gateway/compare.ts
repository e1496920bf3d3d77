/**
 * What a gateway costs: processor time of its process per request and per streamed chunk, of Tramontane with keys, limits,
 * budget and ledger on, of a bare node:http proxy, and of @portkey-ai/gateway; the same upstream, interleaved, the order
 * reversed each round; medians and all rounds.
 *
 *   node --import tsx bench/gateway/compare.ts [--rounds 5] [--requests 1500] [--streams 150] [--pause 5] [--no-portkey] [--out bench/results/gateway.json]
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startBareProxy, startModule, startPortkey, startTramontane } from "./contestants.ts";
import { CHUNKS, CONCURRENCY, costOf } from "./cost.ts";
import { tabulateGateways } from "./table.ts";
import type { GatewayResults } from "./table.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "1500" },
    streams: { type: "string", default: "150" },
    pause: { type: "string", default: "5" },
    "no-portkey": { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const upstream = await startModule("upstream.ts", { CHUNKS: String(CHUNKS), PAUSE_MS: values.pause });
const gateways = [await startBareProxy(upstream.url), await startTramontane(upstream.url)];
if (!values["no-portkey"]) gateways.push(await startPortkey(upstream.url));
const samples = new Map(gateways.map(({ name }) => [name, { json: [] as number[], chunk: [] as number[] }]));
try {
  // What is compiled and connected once is not what a request costs.
  for (const gateway of gateways) {
    await costOf(gateway, Number(values.requests), false);
    await costOf(gateway, Math.ceil(Number(values.streams) / 2), true);
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const gateway of round % 2 === 0 ? gateways : gateways.toReversed()) {
      const { json, chunk } = samples.get(gateway.name)!;
      json.push(await costOf(gateway, Number(values.requests), false));
      chunk.push((await costOf(gateway, Number(values.streams), true)) / CHUNKS);
    }
  }
} finally {
  for (const gateway of gateways) gateway.stop();
  upstream.child.kill();
}

const results: GatewayResults = {
  processor: cpus()[0]?.model ?? "",
  rounds: Number(values.rounds),
  requests: Number(values.requests),
  rows: [...samples].map(([name, { json, chunk }]) => ({ name, json, chunk })),
};
console.log(tabulateGateways(results));
if (values.out) {
  const about = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    chunks: CHUNKS,
    pauseMs: Number(values.pause),
    concurrency: CONCURRENCY,
  };
  writeFileSync(values.out, `${JSON.stringify({ ...about, ...results }, null, 1)}\n`);
}
