import { TramontaneError } from "#base";
import type { Clock } from "#base";
import { isSqlState } from "../storage/database.ts";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { FREE } from "./price.ts";
import type { PriceMode, TokenPrices } from "./price.ts";

/** One dated version of a price list. Fixed once made: a change of prices is another version. */
export interface PriceList {
  readonly id: string;
  readonly name: string;
  /** ISO 4217, such as `USD`. */
  readonly currency: string;
  readonly validFrom: Date;
  readonly items: readonly PriceItem[];
}

export interface PriceItem extends TokenPrices {
  readonly model: string;
  readonly mode: PriceMode;
  /** Whether its usage counts towards a commitment. */
  readonly commitmentEligible: boolean;
}

/** A price with the version it comes from: what an intent remembers. */
export interface Quote {
  /** Undefined when the model has no price: it is free. */
  readonly priceListId: string | undefined;
  readonly prices: TokenPrices;
}

interface Wanted {
  readonly listName: string | undefined;
  readonly model: string;
  readonly mode: PriceMode;
  readonly atMs: number;
}

interface ItemRow {
  id: string;
  name: string;
  currency: string;
  valid_from: Date;
  model: string | null;
  mode: PriceMode;
  input_pico: bigint;
  cached_input_pico: bigint;
  output_pico: bigint;
  commitment_eligible: boolean;
}

/** How long a version that another process added may stay unseen; versions take effect at their date, not when seen. */
const FRESH_MS = 5_000;

/** Price lists in memory, future versions included, so that a change takes effect at its instant on every request. */
export class PriceLists {
  readonly #database: Database;
  readonly #clock: Clock;
  #byName = new Map<string, readonly Indexed[]>();
  #byId = new Map<string, Indexed>();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: { readonly database: Database; readonly clock: Clock }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
  }

  /** Adds a version. Throws `conflict` when the list already has one from that instant. */
  async add(list: Omit<PriceList, "id">): Promise<PriceList> {
    const id = uuidv7(this.#clock.nowMs());
    try {
      await this.#database.transaction(async (session) => {
        await session.query("insert into price_list (id, name, currency, valid_from) values ($1, $2, $3, $4)", [
          id,
          list.name,
          list.currency,
          list.validFrom,
        ]);
        await session.query(
          `insert into price_item select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[])`,
          [
            id,
            list.items.map((item) => item.model),
            list.items.map((item) => item.mode),
            list.items.map((item) => item.input),
            list.items.map((item) => item.cachedInput),
            list.items.map((item) => item.output),
            list.items.map((item) => item.commitmentEligible),
          ],
        );
      });
    } catch (error) {
      if (!isSqlState(error, "23505")) throw error;
      const message = `The price list "${list.name}" already has a version from ${list.validFrom.toISOString()}, or prices a model twice.`;
      throw new TramontaneError("conflict", message, { cause: error });
    }
    this.#readAtMs = Number.NEGATIVE_INFINITY;
    return { ...list, id };
  }

  /** Every version of every list, by name and date. */
  async list(): Promise<PriceList[]> {
    await this.#refresh();
    return [...this.#byName.values()].flat().map((indexed) => indexed.list);
  }

  /** The price valid at `atMs`; free when there is no list, no version yet, or no such model in it. */
  async quote(wanted: Wanted): Promise<Quote> {
    return this.quoteNow(wanted) ?? (await this.#refresh(), this.#find(wanted));
  }

  /** The same without a wait; undefined when the lists have to be read anew. */
  quoteNow(wanted: Wanted): Quote | undefined {
    return this.#isFresh() ? this.#find(wanted) : undefined;
  }

  #find(wanted: Wanted): Quote {
    const versions = wanted.listName === undefined ? [] : (this.#byName.get(wanted.listName) ?? []);
    const valid = versions.findLast((indexed) => indexed.list.validFrom.getTime() <= wanted.atMs);
    const item = valid?.priceOf(wanted.model, wanted.mode);
    return item === undefined
      ? { priceListId: undefined, prices: FREE }
      : { priceListId: valid!.list.id, prices: item };
  }

  /** The prices that a version gave, whenever that was. */
  async pricesOf(priceListId: string | undefined, model: string, mode: PriceMode): Promise<TokenPrices> {
    if (priceListId === undefined) return FREE;
    if (!this.#byId.has(priceListId)) this.#readAtMs = Number.NEGATIVE_INFINITY;
    await this.#refresh();
    return this.#byId.get(priceListId)?.priceOf(model, mode) ?? FREE;
  }

  #isFresh(): boolean {
    return this.#clock.nowMs() - this.#readAtMs < FRESH_MS;
  }

  async #refresh(): Promise<void> {
    if (this.#isFresh()) return;
    const nowMs = this.#clock.nowMs();
    const rows = await this.#database.query<ItemRow>(
      "select * from price_list left join price_item on price_list_id = id order by name, valid_from, model, mode",
    );
    const byId = new Map<string, Indexed>();
    const byName = new Map<string, Indexed[]>();
    for (const row of rows) {
      let indexed = byId.get(row.id);
      if (indexed === undefined) {
        indexed = new Indexed(row);
        byId.set(row.id, indexed);
        byName.set(row.name, [...(byName.get(row.name) ?? []), indexed]);
      }
      indexed.take(row);
    }
    this.#byId = byId;
    this.#byName = byName;
    this.#readAtMs = nowMs;
  }
}

class Indexed {
  readonly list: PriceList & { items: PriceItem[] };
  readonly #items = new Map<string, PriceItem>();

  constructor(row: ItemRow) {
    const { id, name, currency } = row;
    this.list = { id, name, currency, validFrom: row.valid_from, items: [] };
  }

  take(row: ItemRow): void {
    if (row.model === null) return;
    const item: PriceItem = {
      model: row.model,
      mode: row.mode,
      input: row.input_pico,
      cachedInput: row.cached_input_pico,
      output: row.output_pico,
      commitmentEligible: row.commitment_eligible,
    };
    this.list.items.push(item);
    this.#items.set(itemKey(item.model, item.mode), item);
  }

  /** As `price_of` in the database: MODEL:NAME without a price of its own, a model under an adapter, costs what MODEL costs. */
  priceOf(model: string, mode: PriceMode): PriceItem | undefined {
    const own = this.#items.get(itemKey(model, mode));
    const [, base] = own === undefined ? (/^(.*):[^:]+$/.exec(model) ?? []) : [];
    return own ?? (base === undefined ? undefined : this.#items.get(itemKey(base, mode)));
  }
}

const itemKey = (model: string, mode: PriceMode): string => `${mode}:${model}`;
