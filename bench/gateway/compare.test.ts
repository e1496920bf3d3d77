import { expect, test } from "vitest";
import { startBareProxy, startModule, startTramontane } from "./contestants.ts";
import type { Gateway } from "./contestants.ts";
import { CHUNKS, costOf, median } from "./cost.ts";

const REQUESTS = 400;
const STREAMS = 40;
const ROUNDS = 3;

/** Requests in the ledger. */
async function billed({ url, headers }: Gateway): Promise<number> {
  const answer = await fetch(`${url}/admin/v1/usage?group_by=model`, { headers });
  const { data } = (await answer.json()) as { data: { requests: number }[] };
  return data.reduce((sum, { requests }) => sum + requests, 0);
}

test.skipIf(process.platform !== "linux")(
  "P1, in short: with keys, limits, budget and ledger a request costs a small multiple of a bare proxy's, and each is in the books",
  async () => {
    const upstream = await startModule("upstream.ts", { CHUNKS: String(CHUNKS), PAUSE_MS: "2" });
    const gateways = [await startBareProxy(upstream.url), await startTramontane(upstream.url)] as const;
    const [proxy, ours] = gateways;
    try {
      const costs = new Map(gateways.map((gateway) => [gateway, { json: [] as number[], stream: [] as number[] }]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const gateway of gateways) {
          const json = await costOf(gateway, REQUESTS, false);
          const stream = await costOf(gateway, STREAMS, true);
          // The first round compiles and connects.
          if (round === 0) continue;
          costs.get(gateway)!.json.push(json);
          costs.get(gateway)!.stream.push(stream);
        }
      }
      const ratio = (kind: "json" | "stream"): number =>
        median(costs.get(ours)![kind]) / median(costs.get(proxy)![kind]);
      // Processor time, so other work on the machine changes little; far from what it is, near to what would be a mistake.
      expect(ratio("json")).toBeLessThan(8);
      expect(ratio("stream")).toBeLessThan(4);
      expect(await billed(ours)).toBe((ROUNDS + 1) * (REQUESTS + STREAMS));
    } finally {
      for (const gateway of gateways) gateway.stop();
      upstream.child.kill();
    }
  },
  300_000,
);
