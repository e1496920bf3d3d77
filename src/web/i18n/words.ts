import type { Language } from "../app/preferences.ts";
import type { MessageKey, Messages } from "./catalog.ts";

export type Values = Readonly<Record<string, string | number>>;

/** Everything the app says, in one language: texts, numbers, dates. */
export class Words {
  readonly language: Language;
  readonly #messages: Messages;

  constructor(language: Language, messages: Messages) {
    this.language = language;
    this.#messages = messages;
  }

  /** The text of `key`; `values.n` chooses the plural form. Numbers are written the language's way. */
  readonly t = (key: MessageKey, values: Values = {}): string => {
    const message = this.#messages[key];
    const text = typeof message === "string" ? message : message[this.#form(values["n"])];
    return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  };

  number(value: number, options: Intl.NumberFormatOptions = {}): string {
    return spaced(new Intl.NumberFormat(this.language, options).format(value));
  }

  bytes(value: number): string {
    const [amount, unit] =
      value < 1000 ? [value, "byte"] : value < 1e6 ? [value / 1e3, "kilobyte"] : [value / 1e6, "megabyte"];
    return this.number(amount, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: amount < 10 ? 1 : 0,
    });
  }

  money(micros: number, currency: string): string {
    const amount = micros / 1e6;
    const digits = Math.abs(amount) > 0 && Math.abs(amount) < 0.01 ? 6 : 2;
    return this.number(amount, {
      style: "currency",
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    });
  }

  date(atMs: number, options: Intl.DateTimeFormatOptions): string {
    return spaced(new Intl.DateTimeFormat(this.language, options).format(atMs));
  }

  #form(count: string | number | undefined): "one" | "other" {
    return typeof count === "number" && new Intl.PluralRules(this.language).select(count) === "one" ? "one" : "other";
  }
}

/** The narrow no-break space is almost invisible in our typeface: "10 008" would read "10008". */
function spaced(text: string): string {
  return text.replaceAll("\u202f", "\u00a0");
}
