export { AsyncQueue } from "./async-queue.ts";
export type { Clock } from "./clock.ts";
export { ERROR_CODES, redactSecrets, TramontaneError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export { invariant } from "./invariant.ts";
export { createLogger, silentLogger } from "./logger.ts";
export type { Logger, LogLevel } from "./logger.ts";
export { mix64, SeededRandom } from "./random.ts";
export type { Random } from "./random.ts";
