import { Client } from "pg";
import { TramontaneError } from "#base";
import { clientOptions } from "./postgres-pool.ts";
import type { PostgresTarget } from "./postgres-pool.ts";

/** Keys of the advisory locks that say who uses an embedded store. */
const OWNER_LOCK = 0x7472_616d;
const USERS_LOCK = 0x7472_616e;

/**
 * Says that we use an embedded store. The locks are held by a connection, so that a killed process gives them back at once:
 * everyone holds the users' lock shared, and whoever can take it alone is the last; one server at a time holds the owner's.
 */
export class StoreLease {
  readonly #target: PostgresTarget;
  readonly #role: "server" | "command";
  readonly #onLost: () => void;
  /** The connection that has the locks. */
  #client: Client | undefined;
  #holding: Promise<void> | undefined;
  #released = false;

  /** `onLost` runs when the database server drops the lease; it should repair the server and call `hold` again. */
  constructor(target: PostgresTarget, role: "server" | "command", onLost: () => void) {
    this.#target = target;
    this.#role = role;
    this.#onLost = onLost;
  }

  /** Throws `storage_unavailable` while the lease is lost: a statement let through then could meet another server's. */
  assertHeld(): void {
    if (this.#client !== undefined) return;
    throw new TramontaneError("storage_unavailable", "The data directory's lease is lost and not yet taken anew.");
  }

  /** Takes the locks, also anew after the database server has died. Throws `data_directory_in_use` to a second server. */
  async hold(): Promise<void> {
    this.#holding ??= this.#take().finally(() => (this.#holding = undefined));
    await this.#holding;
  }

  async #take(): Promise<void> {
    if (this.#client !== undefined) return;
    const client = new Client(clientOptions(this.#target));
    const forget = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      if (!this.#released) this.#onLost();
    };
    client.on("error", forget);
    client.on("end", forget);
    try {
      await client.connect();
      await this.#lock(client);
      this.#client = client;
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  }

  async #lock(client: Client): Promise<void> {
    await client.query("select pg_advisory_lock_shared($1)", [USERS_LOCK]);
    if (this.#role === "command") return;
    const result = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [OWNER_LOCK]);
    if (result.rows[0]!.taken) return;
    throw new TramontaneError("data_directory_in_use", "Another Tramontane server uses this data directory.", {
      hint: "Stop it, or give this one another TRAMONTANE_DATA_DIR.",
    });
  }

  /**
   * From now on the loss of the lease is expected. Says whether nobody else uses the store; false when the connection
   * broke: leaving a server running loses nothing.
   */
  async leave(): Promise<boolean> {
    this.#released = true;
    const sql = "select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as last";
    const result = await this.#client?.query<{ last: boolean }>(sql, [USERS_LOCK]).catch(() => undefined);
    return result?.rows[0]?.last ?? false;
  }

  async release(): Promise<void> {
    this.#released = true;
    await this.#client?.end().catch(() => {});
  }
}
