/**
 * D10: half an hour of 200 streams, a tenth of them left in the middle. Ends with status 1 when memory grows by more than 1 MiB per
 * minute in the second half, a stream fails, one that was left is still held, or `/healthz` takes longer than 50 ms (99th percentile).
 *
 *   node --import tsx bench/gateway/soak.ts [--minutes 30] [--streams 200]
 */
import { parseArgs } from "node:util";
import { startModule, startTramontane } from "./contestants.ts";
import { soak } from "./soak-run.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, streams: { type: "string", default: "200" } },
});
const upstream = await startModule("upstream.ts", { CHUNKS: "64", PAUSE_MS: "20" });
const gateway = await startTramontane(upstream.url);
try {
  const seconds = Number(values.minutes) * 60;
  const result = await soak({ gateway, seconds, streams: Number(values.streams), abortShare: 0.1 });
  console.log({ ...result, failures: result.failures.slice(0, 5), failed: result.failures.length });
  const holds =
    result.failures.length === 0 && result.left === 0 && result.mebibytesPerMinute <= 1 && result.healthP99Ms <= 50;
  process.exitCode = holds ? 0 : 1;
} finally {
  gateway.stop();
  upstream.child.kill();
}
