import type { BatchJob } from "#protocol";
import type { Tone } from "./parts/card.tsx";

export const BATCHES = ["v1", "batches"] as const;

const RUNNING: readonly BatchJob["status"][] = ["QUEUED", "RUNNING", "CANCELLATION_REQUESTED"];

export function isRunning({ status }: BatchJob): boolean {
  return RUNNING.includes(status);
}

export function toneOf({ status, failed_requests: failed }: BatchJob): Tone {
  if (status === "FAILED" || status === "TIMEOUT_EXCEEDED") return "danger";
  if (status === "SUCCESS") return failed > 0 ? "warn" : "ok";
  return "plain";
}

/** Seconds until the last line at the pace so far; undefined before the first answers. */
export function secondsLeft(batch: BatchJob, nowMs: number): number | undefined {
  const { started_at: startedAt, completed_requests: done, total_requests: total } = batch;
  if (batch.status !== "RUNNING" || startedAt === null || done === 0) return undefined;
  return Math.max(0, ((nowMs / 1000 - startedAt) / done) * (total - done));
}

export const SAMPLE_LINES = [
  { custom_id: "1", body: { messages: [{ role: "user", content: "What is the mistral?" }], max_tokens: 60 } },
  { custom_id: "2", body: { messages: [{ role: "user", content: "What is the tramontane?" }], max_tokens: 60 } },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");
