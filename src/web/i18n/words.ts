import type { Language } from "../app/preferences.ts";
import type { MessageKey } from "./catalog.ts";

export type Values = Readonly<Record<string, string | number>>;
type Texts<Key extends string> = Readonly<Record<Key, string | { readonly one: string; readonly other: string }>>;

/** Everything the app says, in one language: texts, numbers, dates. */
export class Words<Key extends string = MessageKey> {
  readonly language: Language;
  readonly #messages: Texts<Key>;

  constructor(language: Language, messages: Texts<Key>) {
    this.language = language;
    this.#messages = messages;
  }

  /** The text of `key`; `values.n` chooses the plural form. Numbers are written the language's way. */
  readonly t = (key: Key, values: Values = {}): string => {
    const message = this.#messages[key];
    const text = typeof message === "string" ? message : message[this.#form(values["n"])];
    return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  };

  /** The same language with more to say. */
  with<More extends string>(messages: Texts<More>): Words<Key | More> {
    return new Words<Key | More>(this.language, { ...this.#messages, ...messages } as Texts<Key | More>);
  }

  number(value: number, options: Intl.NumberFormatOptions = {}): string {
    return spaced(new Intl.NumberFormat(this.language, options).format(value));
  }

  bytes(value: number): string {
    const [amount, unit] =
      value < 1000
        ? [value, "byte"]
        : value < 1e6
          ? [value / 1e3, "kilobyte"]
          : value < 1e9
            ? [value / 1e6, "megabyte"]
            : [value / 1e9, "gigabyte"];
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

  /** An exact decimal of the server, rounded for people. */
  amount(decimal: string, currency: string): string {
    return this.money(Number(decimal) * 1e6, currency);
  }

  /** A span of time in its largest fitting unit: "3 min". */
  duration(seconds: number): string {
    const [amount, unit] =
      seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
    return this.number(Math.ceil(amount), { style: "unit", unit, unitDisplay: "short" });
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
