import { Redis } from "iovalkey";
import type { Logger } from "#base";

/** One allowance that several gateways share. */
export interface SharedBucket {
  readonly key: string;
  readonly capacity: number;
  readonly perMs: number;
  readonly amount: number;
}

/** `refused` is the index of the bucket that made the longest wait; levels are what each holds now. */
export interface SharedAnswer {
  readonly refused: number | undefined;
  readonly waitMs: number;
  readonly levels: readonly number[];
}

/** Allowances kept outside, by the outside's clock. */
export interface SharedRates {
  /** Takes from all, or from none when one of them has too little. Undefined: the store does not answer. */
  take(buckets: readonly SharedBucket[]): Promise<SharedAnswer | undefined>;
  /** Takes without asking, not waited for; negative amounts give back. */
  correct(buckets: readonly SharedBucket[]): void;
  close(): Promise<void>;
}

/** The arithmetic of bucket.ts once more, where all gateways meet: one call for all buckets of a request. */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local force = ARGV[1] == '1'
local levels, refused, longest = {}, 0, 0
for i, key in ipairs(KEYS) do
  local capacity, rate, amount = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local known = redis.call('HMGET', key, 'level', 'at')
  local level = math.min(capacity, (tonumber(known[1]) or capacity) + math.max(0, now - (tonumber(known[2]) or now)) * rate)
  local missing = math.min(amount, capacity) - level
  if not force and missing > 1e-9 and missing / rate > longest then
    refused, longest = i, missing / rate
  end
  levels[i] = level
end
if refused == 0 then
  for i, key in ipairs(KEYS) do
    local capacity, rate, amount = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    levels[i] = math.min(capacity, levels[i] - amount)
    redis.call('HSET', key, 'level', string.format('%.9f', levels[i]), 'at', string.format('%.3f', now))
    redis.call('PEXPIRE', key, math.ceil((capacity - levels[i]) / rate) + 1000)
  end
end
for i, level in ipairs(levels) do levels[i] = string.format('%.9f', level) end
return { refused, string.format('%.3f', longest), unpack(levels) }`;

/** How long one answer may take. A store that takes longer is away, for everyone, until it answers again. */
const ANSWER_MS = 1_000;
const PROBE_MS = 1_000;

/**
 * Allowances in Valkey or Redis (7 or newer). Only the first requests wait for a store that hangs; a broken connection is
 * noticed at once. A store that is away is found again within a second or so.
 */
export function openSharedRates(url: string, logger: Logger): SharedRates {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: ANSWER_MS,
    retryStrategy: () => PROBE_MS,
  });
  let isAway = false;
  let probe: NodeJS.Timeout | undefined;
  const report = (away: boolean, error?: unknown): void => {
    if (away === isAway) return;
    isAway = away;
    const about = error instanceof Error ? { message: error.message } : {};
    logger.log(away ? "warn" : "info", away ? "limits.store_away" : "limits.store_back", about);
    clearInterval(probe);
    if (away) probe = setInterval(() => void client.ping().then(() => report(false), ignore), PROBE_MS).unref();
  };
  client.on("error", (error) => report(true, error));
  client.on("ready", () => report(false));
  client.defineCommand("tramontaneTake", { lua: SCRIPT });
  const run = client as unknown as Record<
    "tramontaneTake",
    (...parts: (string | number)[]) => Promise<(number | string)[]>
  >;
  const call = (force: boolean, buckets: readonly SharedBucket[]): Promise<(number | string)[]> =>
    run.tramontaneTake(
      buckets.length,
      ...buckets.map(({ key }) => key),
      force ? "1" : "0",
      ...buckets.flatMap(({ capacity, perMs, amount }) => [capacity, perMs, amount]),
    );
  return {
    async take(buckets) {
      if (isAway) return undefined;
      try {
        const [refused, waitMs, ...levels] = await inTime(call(false, buckets));
        return {
          refused: refused === 0 ? undefined : Number(refused) - 1,
          waitMs: Number(waitMs),
          levels: levels.map(Number),
        };
      } catch (error) {
        report(true, error);
        return undefined;
      }
    },
    correct(buckets) {
      if (buckets.length > 0 && !isAway) call(true, buckets).catch((error: unknown) => report(true, error));
    },
    close() {
      clearInterval(probe);
      client.disconnect();
      return Promise.resolve();
    },
  };
}

const ignore = (): void => {};

/** The answer, or an error when it takes too long; an answer that lies in the socket while we were busy is in time. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`no answer within ${ANSWER_MS} ms`));
    // Timers run before sockets are read: one more turn of the event loop for what has arrived.
    const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), ANSWER_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
