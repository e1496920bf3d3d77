import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Logger } from "#base";
import type { BatchEndpoint, BatchStatus } from "#protocol";
import type { Files } from "../files/files.ts";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { askLine } from "./ask-line.ts";
import type { WaitingLine } from "./ask-line.ts";
import type { JobRow } from "./batch-rows.ts";
import { finishJob } from "./finish-job.ts";
import type { DescribeFailure, LineAnswerer } from "./line-answer.ts";
import type { LineGate } from "./line-gate.ts";
import { readInput } from "./read-input.ts";
import { Slots } from "./slots.ts";

export interface BatchRunnerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: Files;
  readonly gate: LineGate;
  readonly answerers: Readonly<Record<BatchEndpoint, LineAnswerer>>;
  readonly describeFailure: DescribeFailure;
  /** Lines begun and not stored, over all batches of this process. */
  readonly underWay: number;
}

/** Why a batch stops before its last line. */
type Stop = "CANCELLED" | "TIMEOUT_EXCEEDED" | "closing";

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

const BEAT_MS = 5_000;
const DEAD_AFTER_MS = 20_000;
const PAGE = 100;
const HOUR_MS = 3_600_000;

/**
 * Works on the open batches: their lines take turns, each line is answered once. All progress is in the store; a process
 * that dies is followed by the next one, or by another that sees it dead.
 */
export class BatchRunner {
  readonly #parts: BatchRunnerParts;
  readonly #id: string;
  readonly #slots: Slots;
  readonly #running = new Map<string, Running>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosing = false;

  constructor(parts: BatchRunnerParts) {
    this.#parts = parts;
    this.#id = uuidv7(parts.clock.nowMs());
    this.#slots = new Slots(parts.underWay);
  }

  /** Takes up what an earlier process left, and whatever comes. */
  async start(): Promise<void> {
    const { database } = this.#parts;
    // Where only one process may use the store, whoever held a batch before is gone.
    if (database.description.kind !== "external")
      await database.query("update batch_job set runner = null where runner is not null");
    this.#timer = setInterval(() => this.wake(), BEAT_MS).unref();
    this.wake();
  }

  /** Looks for batches to work on, soon. */
  wake(): void {
    if (this.#isClosing) return;
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#parts.logger.log("warn", "batch.not_looked", { message: String(error) });
      })
      .finally(() => (this.#looking = undefined));
  }

  /** Stops a batch whose cancellation was asked for: at once here, at its next beat elsewhere. */
  cancel(jobId: string): void {
    this.#running.get(jobId)?.controller.abort("CANCELLED" satisfies Stop);
    this.wake();
  }

  /** Interrupts what is asked right now; it will be asked again. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#looking;
    for (const { controller } of this.#running.values()) controller.abort("closing" satisfies Stop);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await this.#parts.database.query("update batch_job set runner = null where runner = $1", [this.#id]);
  }

  async #look(): Promise<void> {
    const now = this.#parts.clock.nowMs();
    const jobs = await this.#parts.database.query<JobRow>(
      `update batch_job set runner = $1, runner_seen_at = $2 where id in (
         select id from batch_job where completed_at is null and (runner is null or runner = $1 or runner_seen_at < $3)
         order by created_at limit 64 for update skip locked) returning *`,
      [this.#id, new Date(now), new Date(now - DEAD_AFTER_MS)],
    );
    const withdrawn = await this.#withdrawn(jobs);
    for (const job of jobs) {
      const known = this.#running.get(job.id);
      const mustStop = job.status === "CANCELLATION_REQUESTED" || withdrawn.has(job.id);
      if (mustStop) known?.controller.abort("CANCELLED" satisfies Stop);
      if (!known && !this.#isClosing) this.#begin(job, mustStop);
    }
  }

  /** The batches whose maker may ask nothing any more: the key is revoked, or the organisation suspended. */
  async #withdrawn(jobs: readonly JobRow[]): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const rows = await this.#parts.database.query<{ id: string }>(
      `select b.id from batch_job b join organization o on o.id = b.organization_id
         left join api_key k on k.id = (b.caller->>'keyId')::uuid
       where b.id = any($1) and (k.revoked_at is not null or o.status <> 'active')`,
      [jobs.map(({ id }) => id)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  #begin(job: JobRow, mustStop: boolean): void {
    const controller = new AbortController();
    const { signal } = controller;
    if (mustStop) controller.abort("CANCELLED" satisfies Stop);
    const deadlineMs = job.created_at.getTime() + job.timeout_hours * HOUR_MS - this.#parts.clock.nowMs();
    const timer = setTimeout(
      () => controller.abort("TIMEOUT_EXCEEDED" satisfies Stop),
      Math.max(deadlineMs, 0),
    ).unref();
    const ended = this.#run(job, signal)
      .catch((error: unknown) => {
        const { name, stack } = error as Error;
        this.#parts.logger.log("error", "batch.interrupted", { job: job.id, error: name, stack });
        // Not at once again: whatever it was may need a moment.
        return sleep(BEAT_MS, undefined, { ref: false });
      })
      .finally(() => {
        clearTimeout(timer);
        this.#running.delete(job.id);
      });
    this.#running.set(job.id, { controller, ended });
  }

  async #run(job: JobRow, signal: AbortSignal): Promise<void> {
    const { database, clock, logger, files } = this.#parts;
    if (!job.is_read && !signal.aborted) await readInput(this.#parts, job);
    await database.query(
      `update batch_job set status = 'RUNNING', started_at = coalesce(started_at, $2) where id = $1 and status = 'QUEUED'`,
      [job.id, new Date(clock.nowMs())],
    );
    await this.#askAll(job, signal);
    if (signal.aborted && signal.reason === "closing") return;
    const status = signal.aborted ? (signal.reason as BatchStatus) : undefined;
    await finishJob({ database, files, now: new Date(clock.nowMs()), runner: this.#id }, job, status);
    logger.log("info", "batch.finished", { job: job.id, requests: job.total_requests });
  }

  /** Until no line waits: one that could not be stored waits again. */
  async #askAll(job: JobRow, signal: AbortSignal): Promise<void> {
    for (;;) {
      const inFlight = new Set<Promise<void>>();
      let after = -1;
      for (;;) {
        const lines = await this.#waitingLines(job.id, after);
        for (const line of lines) {
          await this.#slots.enter();
          if (signal.aborted) this.#slots.leave();
          else this.#ask(job, line, { signal, inFlight });
          if (signal.aborted) break;
        }
        if (signal.aborted || lines.length < PAGE) break;
        after = lines.at(-1)!.line;
      }
      await Promise.all(inFlight);
      if (signal.aborted || (await this.#waitingLines(job.id, -1)).length === 0) return;
      await sleep(1000, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  #ask(
    job: JobRow,
    line: WaitingLine,
    { signal, inFlight }: { readonly signal: AbortSignal; readonly inFlight: Set<Promise<void>> },
  ): void {
    const answer = this.#parts.answerers[job.endpoint];
    // A signal of its own: whoever listens to it is forgotten with the line.
    const asking = askLine({ ...this.#parts, answer }, job, line, AbortSignal.any([signal]))
      .catch((error: unknown) => {
        this.#parts.logger.log("warn", "batch.line_not_stored", {
          job: job.id,
          line: line.line,
          message: String(error),
        });
      })
      .finally(() => {
        this.#slots.leave();
        inFlight.delete(asking);
      });
    inFlight.add(asking);
  }

  async #waitingLines(jobId: string, after: number): Promise<WaitingLine[]> {
    return await this.#parts.database.query<WaitingLine>(
      `select line, body from batch_line where job_id = $1 and line > $2 and answered_at is null order by line limit ${PAGE}`,
      [jobId, after],
    );
  }
}
