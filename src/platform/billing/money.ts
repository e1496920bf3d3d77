import { TramontaneError } from "#base";

/** Amounts of money are whole pico-units (10⁻¹² of a currency unit) in a bigint: prices per token are whole, so sums are exact. */
export type Pico = bigint;

export const PICO_PER_UNIT = 10n ** 12n;
const PICO_DIGITS = 12;

/** Parses a decimal such as `8` or `-0.25`. Throws `invalid_request` beyond 12 decimal places: nothing is rounded silently. */
export function parseMoney(text: string): Pico {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) {
    throw new TramontaneError(
      "invalid_request",
      `"${text}" is not an amount: expected digits, then at most 12 decimal places.`,
    );
  }
  const [, sign, whole, fraction = ""] = match;
  const magnitude = BigInt(whole!) * PICO_PER_UNIT + BigInt(fraction.padEnd(PICO_DIGITS, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

/** Writes the exact amount with at least two decimal places. */
export function formatMoney(amount: Pico): string {
  const magnitude = amount < 0n ? -amount : amount;
  const fraction = String(magnitude % PICO_PER_UNIT).padStart(PICO_DIGITS, "0");
  const shown = fraction.replace(/0+$/, "").padEnd(2, "0");
  return `${amount < 0n ? "-" : ""}${magnitude / PICO_PER_UNIT}.${shown}`;
}

/** The nearest multiple of `quantum`; halves go to the even one, so that many roundings do not drift. */
export function roundHalfEven(amount: Pico, quantum: Pico): Pico {
  return divideHalfEven(amount, quantum) * quantum;
}

/** `dividend / divisor` to the nearest whole number, halves to the even one. `divisor` is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const down = dividend / divisor - (dividend % divisor < 0n ? 1n : 0n);
  const twice = 2n * (dividend - down * divisor);
  if (twice === divisor) return down + (down & 1n);
  return twice > divisor ? down + 1n : down;
}
