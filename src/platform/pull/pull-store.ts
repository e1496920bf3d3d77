import { TramontaneError } from "#base";
import type { Clock } from "#base";
import { isSqlState } from "../storage/database.ts";
import type { Database } from "../storage/database.ts";
import { isUuid, uuidv7 } from "../uuid.ts";

/** The four parts of bringing a model into service, in order. */
export const PULL_STEPS = ["pull", "verify", "load", "warm"] as const;
export type PullStep = (typeof PULL_STEPS)[number];

/** Bringing one model into service. */
export interface Pull {
  readonly id: string;
  readonly model: string;
  /** Undefined: the file is here, and is only to be loaded. */
  readonly url: string | undefined;
  readonly sha256: string | undefined;
  readonly step: PullStep;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  /** How much of the step is done, in [0, 1]. */
  readonly fraction: number;
  /** Whether the digest was compared with one that somebody stated. */
  readonly isVerified: boolean | undefined;
  readonly problem: { readonly code: string; readonly message: string; readonly hint: string | undefined } | undefined;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
  readonly outcome: "done" | "failed" | "cancelled" | undefined;
}

export interface NewPull {
  readonly model: string;
  readonly url: string | undefined;
  readonly sha256: string | undefined;
  readonly askedBy: string;
}

interface Row {
  id: string;
  model: string;
  url: string | null;
  sha256: string | null;
  step: PullStep;
  done_bytes: bigint;
  total_bytes: bigint | null;
  fraction: number;
  is_verified: boolean | null;
  problem_code: string | null;
  problem: string | null;
  hint: string | null;
  created_at: Date;
  ended_at: Date | null;
  outcome: Pull["outcome"] | null;
}

const DEAD_AFTER_MS = 20_000;
const SHOWN = 50;

/** The pulls of this installation, kept so that a restart goes on with them. */
export class PullStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Errors: `conflict` while the model is already on its way. */
  async create({ model, url, sha256, askedBy }: NewPull): Promise<Pull> {
    const now = this.#now();
    try {
      const [row] = await this.#database.query<Row>(
        `insert into model_pull (id, model, url, sha256, step, asked_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning *`,
        [uuidv7(now.getTime()), model, url ?? null, sha256 ?? null, url === undefined ? "load" : "pull", askedBy, now],
      );
      return toPull(row!);
    } catch (error) {
      if (!isSqlState(error, "23505")) throw error;
      throw new TramontaneError("conflict", `${model} is on its way already.`, { field: "model", cause: error });
    }
  }

  /** Newest first: what is on its way, and the latest that ended. */
  async list(): Promise<readonly Pull[]> {
    const rows = await this.#database.query<Row>(
      "select * from model_pull order by (ended_at is null) desc, created_at desc limit $1",
      [SHOWN],
    );
    return rows.map(toPull);
  }

  /** Errors: `not_found`. */
  async get(id: string): Promise<Pull> {
    const [row] = isUuid(id) ? await this.#database.query<Row>("select * from model_pull where id = $1", [id]) : [];
    if (row) return toPull(row);
    throw new TramontaneError("not_found", `There is no pull ${id}.`, { field: "id" });
  }

  /** Asks a pull to stop; what was brought is kept. Errors: `not_found`, `conflict` when it has ended. */
  async cancel(id: string): Promise<Pull> {
    const { id: found } = await this.get(id);
    const [row] = await this.#database.query<Row>(
      "update model_pull set outcome = 'cancelled' where id = $1 and ended_at is null returning *",
      [found],
    );
    if (row) return toPull(row);
    throw new TramontaneError("conflict", "This pull has ended already.", { field: "id" });
  }

  /** Takes up what nobody works on; all that `runner` has are among them, the cancelled too. */
  async claim(runner: string): Promise<readonly Pull[]> {
    const now = this.#clock.nowMs();
    const rows = await this.#database.query<Row>(
      `update model_pull set runner = $1, runner_seen_at = $2 where id in (
         select id from model_pull where ended_at is null and (runner is null or runner = $1 or runner_seen_at < $3)
         for update skip locked) returning *`,
      [runner, new Date(now), new Date(now - DEAD_AFTER_MS)],
    );
    return rows.map(toPull);
  }

  /** `runner` undefined: whoever it was, of a process that is gone. */
  async release(runner: string | undefined): Promise<void> {
    await this.#database.query("update model_pull set runner = null where $1::uuid is null or runner = $1", [
      runner ?? null,
    ]);
  }

  async progress(
    id: string,
    part: Partial<Pick<Pull, "step" | "doneBytes" | "totalBytes" | "fraction" | "isVerified">>,
  ) {
    await this.#database.query(
      `update model_pull set step = coalesce($2, step), done_bytes = coalesce($3, done_bytes),
         total_bytes = coalesce($4, total_bytes), fraction = coalesce($5, fraction),
         is_verified = coalesce($6, is_verified) where id = $1`,
      [
        id,
        part.step ?? null,
        part.doneBytes ?? null,
        part.totalBytes ?? null,
        part.fraction ?? null,
        part.isVerified ?? null,
      ],
    );
  }

  async end(id: string, outcome: NonNullable<Pull["outcome"]>, error?: TramontaneError): Promise<void> {
    await this.#database.query(
      `update model_pull set ended_at = $2, outcome = $3, problem_code = $4, problem = $5, hint = $6, runner = null
       where id = $1 and ended_at is null`,
      [id, this.#now(), outcome, error?.code ?? null, error?.message ?? null, error?.hint ?? null],
    );
  }

  #now(): Date {
    return new Date(this.#clock.nowMs());
  }
}

function toPull(row: Row): Pull {
  return {
    id: row.id,
    model: row.model,
    url: row.url ?? undefined,
    sha256: row.sha256 ?? undefined,
    step: row.step,
    doneBytes: Number(row.done_bytes),
    totalBytes: row.total_bytes === null ? undefined : Number(row.total_bytes),
    fraction: row.fraction,
    isVerified: row.is_verified ?? undefined,
    problem:
      row.problem_code === null
        ? undefined
        : { code: row.problem_code, message: row.problem ?? "", hint: row.hint ?? undefined },
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
    outcome: row.outcome ?? undefined,
  };
}
