import { AsyncLocalStorage } from "node:async_hooks";
import type { Database, Queryable } from "./database.ts";
import { TENANT_ROLE } from "./row-security.ts";

/**
 * Work done for one organisation, and nothing of another: inside `run` every query of the guarded database runs under
 * row-level security. A forgotten condition then finds nothing, instead of somebody else's rows.
 */
export class TenantScope {
  readonly #current = new AsyncLocalStorage<string>();
  #running = 0;

  /**
   * Runs `work` as the organisation. Caches shared with others must not be filled inside. Following a value through promises
   * costs every promise of the process about 0.1 µs; it is switched off while nobody is inside.
   */
  async run<T>(organizationId: string, work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await this.#current.run(organizationId, work);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#current.disable();
    }
  }

  /** The same database, for callers inside and outside of `run`. */
  guard(database: Database): Database {
    const current = (): string | undefined => (this.#running === 0 ? undefined : this.#current.getStore());
    return {
      description: database.description,
      async query(sql, values) {
        const organizationId = current();
        if (organizationId === undefined) return await database.query(sql, values);
        return await database.transaction(async (session) => {
          await enter(session, organizationId);
          return await session.query(sql, values);
        });
      },
      async transaction(work) {
        const organizationId = current();
        if (organizationId === undefined) return await database.transaction(work);
        return await database.transaction(async (session) => {
          await enter(session, organizationId);
          return await work(session);
        });
      },
      execute: (sql) => database.execute(sql),
      close: () => database.close(),
    };
  }
}

/** Until the transaction ends. */
async function enter(session: Queryable, organizationId: string): Promise<void> {
  await session.query("select set_config('role', $1, true), set_config('app.organization_id', $2, true)", [
    TENANT_ROLE,
    organizationId,
  ]);
}
