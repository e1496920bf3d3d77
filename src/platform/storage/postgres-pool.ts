import { Pool, types } from "pg";
import type { CustomTypesConfig, PoolClient } from "pg";
import type { Queryable } from "./database.ts";

export type PostgresTarget = { readonly url: string } | { readonly socketDirectory: string; readonly user: string };

interface PostgresPoolParts {
  readonly target: PostgresTarget;
  readonly size: number;
  /** Throws while no statement may be let through; asked before a connection is taken and once it is there. */
  readonly check?: () => void;
  /** Called when no connection could be had; what it repairs, the next attempt uses. Throws to give up. */
  readonly onUnreachable: (error: unknown) => Promise<void>;
}

const INT8 = 20;
const parsers: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? BigInt : types.getTypeParser(oid, format)),
};

/** Connection options of node-postgres for a target; bigint columns arrive as `bigint`. */
export function clientOptions(target: PostgresTarget) {
  const shared = { types: parsers, application_name: "tramontane", connectionTimeoutMillis: 5_000 };
  if ("url" in target) return { ...shared, connectionString: target.url };
  return { ...shared, host: target.socketDirectory, port: 5432, user: target.user, database: "postgres" };
}

/** A bounded pool of connections. */
export class PostgresPool implements Queryable {
  readonly #pool: Pool;
  readonly #check: PostgresPoolParts["check"];
  readonly #onUnreachable: PostgresPoolParts["onUnreachable"];

  constructor(parts: PostgresPoolParts) {
    this.#pool = new Pool({ ...clientOptions(parts.target), max: parts.size, idleTimeoutMillis: 60_000 });
    this.#check = parts.check;
    this.#onUnreachable = parts.onUnreachable;
    // A server that goes away reports 57P01 on idle connections; without a listener that would end the process.
    this.#pool.on("error", () => {});
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#withClient(async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  async execute(sql: string): Promise<void> {
    await this.#withClient(async (client) => {
      await client.query(sql);
    });
  }

  async transaction<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return await this.#withClient(async (client) => {
      await client.query("begin");
      try {
        const result = await work({
          query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
        });
        await client.query("commit");
        return result;
      } catch (error) {
        // A broken connection cannot roll back; the server then does it itself.
        await client.query("rollback").catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let broken = false;
    const onError = () => (broken = true);
    client.on("error", onError);
    try {
      return await work(client);
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#take();
    } catch (error) {
      await this.#onUnreachable(error);
      return await this.#take();
    }
  }

  async #take(): Promise<PoolClient> {
    this.#check?.();
    const client = await this.#pool.connect();
    try {
      this.#check?.();
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}
