import { availableParallelism, loadavg } from "node:os";

/**
 * A time limit on this machine as it is now: stretched by how many processes share each processor, so that a limit is
 * strict on a quiet machine and no lottery on a busy one.
 */
export function within(limitMs: number): number {
  return limitMs * Math.max(1, loadavg()[0]! / availableParallelism());
}
