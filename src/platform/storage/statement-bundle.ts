import type { Queryable } from "./database.ts";

/**
 * Several changes as one statement, and so one trip to the server: each becomes a common table expression. They see the data
 * as it was before all of them, so no two may touch the same row.
 */
export class StatementBundle {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];

  /** Adds an insert, update or delete whose parameters are `$1`, `$2` …. */
  add(sql: string, values: readonly unknown[]): void {
    const offset = this.#values.length;
    const shifted = sql.replaceAll(/\$(\d+)/g, (_, number: string) => `$${Number(number) + offset}`);
    this.#parts.push(`part${this.#parts.length} as (${shifted})`);
    this.#values.push(...values);
  }

  /** Runs what was added; nothing when nothing was. */
  async run(session: Queryable): Promise<void> {
    if (this.#parts.length === 0) return;
    await session.query(`with ${this.#parts.join(", ")} select 1`, this.#values);
  }
}
