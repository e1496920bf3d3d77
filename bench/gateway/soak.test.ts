import { expect, test } from "vitest";
import { startModule, startTramontane } from "./contestants.ts";
import { soak } from "./soak-run.ts";

test.skipIf(process.platform !== "linux")(
  "D10, in short: streams that are left in the middle are let go of, the others end well",
  async () => {
    const upstream = await startModule("upstream.ts", { CHUNKS: "32", PAUSE_MS: "5" });
    const gateway = await startTramontane(upstream.url);
    try {
      const result = await soak({ gateway, seconds: 10, streams: 16, abortShare: 0.25 });
      expect(result.failures).toEqual([]);
      expect(result.left).toBe(0);
      expect(result.aborted).toBeGreaterThan(3);
      expect(result.finished).toBeGreaterThan(result.aborted);
    } finally {
      gateway.stop();
      upstream.child.kill();
    }
  },
  180_000,
);
