import type { AppModel } from "#protocol";
import type { BackOffice } from "../back-office.ts";
import { getBillingTerms } from "../billing/billing-terms.ts";
import { discounted } from "../billing/price.ts";
import { explainRequest } from "../metering/explain-request.ts";

type Price = NonNullable<AppModel["price"]>;
type Cost = { readonly amountMicros: number; readonly currency: string };

const PICO_PER_MICRO = 1e6;

/** What models and answers cost an organisation, for people: exact amounts stand in the ledger. */
export class AnswerPrices {
  readonly #office: Pick<BackOffice, "database" | "prices" | "clock">;

  constructor(office: Pick<BackOffice, "database" | "prices" | "clock">) {
    this.#office = office;
  }

  /** The price of each of these models now; those that are free have none. */
  async of(organizationId: string, models: readonly string[]): Promise<ReadonlyMap<string, Price>> {
    const { database, prices, clock } = this.#office;
    const { priceList, discountBasisPoints } = await getBillingTerms(database, organizationId);
    if (priceList === undefined) return new Map();
    const currency = await this.#currencyOf(priceList);
    const found = await Promise.all(
      models.map(async (model) => {
        const wanted = { listName: priceList, model, mode: "standard", atMs: clock.nowMs() } as const;
        const quote = await prices.quote(wanted);
        const { input, output } = discounted(quote.prices, discountBasisPoints);
        // Pico-units per token are micro-units per million tokens.
        const price = { inputMicrosPerMillionTokens: Number(input), outputMicrosPerMillionTokens: Number(output) };
        return [model, quote.priceListId === undefined ? undefined : { ...price, currency }] as const;
      }),
    );
    return new Map(found.filter((entry): entry is readonly [string, Price] => entry[1] !== undefined));
  }

  /** What a finished request cost; undefined when it was free. */
  async costOf(organizationId: string, requestId: string): Promise<Cost | undefined> {
    const { priceList, amount } = await explainRequest(this.#office.database, organizationId, requestId);
    if (priceList === undefined) return undefined;
    return { amountMicros: Number(amount) / PICO_PER_MICRO, currency: await this.#currencyOf(priceList) };
  }

  async #currencyOf(listName: string): Promise<string> {
    const lists = await this.#office.prices.list();
    return lists.findLast(({ name }) => name === listName)?.currency ?? "EUR";
  }
}
