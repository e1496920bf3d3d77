import { hostname } from "node:os";
import type { Clock } from "#base";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";

const BEAT_MS = 5_000;
const DEAD_AFTER_MS = 20_000;

/** This process, as the others see it: alive while it says so. */
export class GatewayInstance {
  readonly id: string;
  readonly #database: Database;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;

  private constructor(parts: { readonly database: Database; readonly clock: Clock }) {
    this.id = uuidv7(parts.clock.nowMs());
    this.#database = parts.database;
    this.#clock = parts.clock;
  }

  static async register(parts: { readonly database: Database; readonly clock: Clock }): Promise<GatewayInstance> {
    const instance = new GatewayInstance(parts);
    const now = new Date(parts.clock.nowMs());
    await parts.database.query("insert into gateway_instance values ($1, $2, $3, $3)", [instance.id, hostname(), now]);
    // A missed beat is made up by the next one; four missed in a row mean death.
    instance.#timer = setInterval(() => void instance.#beat().catch(() => {}), BEAT_MS).unref();
    return instance;
  }

  /** Other instances with open requests that have stopped; all others, where only one process may use the store. */
  async dead(isAlone: boolean): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(
      `select distinct instance_id as id from usage_intent left join gateway_instance on id = instance_id
       where instance_id <> $1 and ($2 or seen_at is null or seen_at < $3)`,
      [this.id, isAlone, new Date(this.#clock.nowMs() - DEAD_AFTER_MS)],
    );
    return rows.map((row) => row.id);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#database.query("delete from gateway_instance where id = $1", [this.id]);
  }

  async #beat(): Promise<void> {
    const sql = "update gateway_instance set seen_at = $2 where id = $1";
    await this.#database.query(sql, [this.id, new Date(this.#clock.nowMs())]);
  }
}
