import type { Page } from "playwright-core";

/** How a page moved while it was watched. Milliseconds. */
export interface Pace {
  /** 95 of 100 frames came at most this long after the one before. */
  readonly frameP95Ms: number;
  /** 95 of 100 keys were seen on the screen at most this long after they were pressed. */
  readonly keyP95Ms: number;
  readonly longestTaskMs: number;
}

/** Watches frames, keys and long tasks of the page while `work` goes on. */
export async function paceDuring(page: Page, work: () => Promise<unknown>): Promise<Pace> {
  const began = await page.evaluate(() => {
    const seen = { frames: [] as number[], keys: [] as number[], tasks: [0], isOver: false };
    (window as unknown as { seen: typeof seen }).seen = seen;
    const next = (atMs: number) => {
      seen.frames.push(atMs);
      if (!seen.isOver) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    const observe = (options: PerformanceObserverInit & { durationThreshold?: number }, into: number[]) =>
      new PerformanceObserver((list) => {
        if (seen.isOver) return;
        for (const { name, duration, entryType } of list.getEntries())
          if (entryType === "longtask" || name === "keydown") into.push(duration);
      }).observe(options);
    observe({ type: "event", durationThreshold: 16 }, seen.keys);
    observe({ type: "longtask" }, seen.tasks);
    return performance.eventCounts.get("keydown") ?? 0;
  });
  await work();
  const { frames, keys, tasks, pressed } = await page.evaluate(() => {
    const { seen } = window as unknown as {
      seen: { frames: number[]; keys: number[]; tasks: number[]; isOver: boolean };
    };
    seen.isOver = true;
    return { ...seen, pressed: performance.eventCounts.get("keydown") ?? 0 };
  });
  // Keys that were seen sooner than the browser reports count as seen at once.
  const quick = Array.from({ length: Math.max(0, pressed - began - keys.length) }, () => 0);
  return {
    frameP95Ms: quantile(
      frames.slice(1).map((atMs, index) => atMs - frames[index]!),
      0.95,
    ),
    keyP95Ms: quantile([...quick, ...keys], 0.95),
    longestTaskMs: Math.max(...tasks),
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.POSITIVE_INFINITY;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
