export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured events, one line of JSON each. Prompts and secrets are never fields. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Writes events at or above `threshold` through `write`, one JSON line each. */
export function createLogger(threshold: LogLevel, write: (line: string) => void, nowMs: () => number): Logger {
  return {
    log(level, event, fields = {}) {
      if (RANK[level] < RANK[threshold]) return;
      write(JSON.stringify({ time: new Date(nowMs()).toISOString(), level, event, ...fields }));
    },
  };
}

/** Says nothing. */
export const silentLogger: Logger = { log() {} };
