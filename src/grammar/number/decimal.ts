/** The exact number `digits × 10^-scale`, scale >= 0, without trailing zeros behind the point. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };
export const ONE: Decimal = { digits: 1n, scale: 0 };

/** The decimal that a finite JavaScript number prints as: what the author of a schema wrote. */
export function decimalOf(value: number): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (match === null) throw new RangeError(`${value} is not a finite number`);
  const fraction = match[3] ?? "";
  const exponent = Number(match[4] ?? 0) - fraction.length;
  const digits = BigInt(match[2]! + fraction) * (match[1] === "-" ? -1n : 1n);
  return exponent >= 0 ? { digits: digits * 10n ** BigInt(exponent), scale: 0 } : normalize(digits, -exponent);
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const left = a.digits * 10n ** BigInt(scale - a.scale);
  const right = b.digits * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The digits before and behind the point of the absolute value, without needless zeros: 0.5 is `["", "5"]`. */
export function digitsOf(value: Decimal): [string, string] {
  const text = (value.digits < 0n ? -value.digits : value.digits).toString().padStart(value.scale, "0");
  const point = text.length - value.scale;
  return [text.slice(0, point).replace(/^0+/, ""), text.slice(point)];
}

/** The number as JSON without an exponent. */
export function decimalText(value: Decimal): string {
  const [integer, fraction] = digitsOf(value);
  return `${value.digits < 0n ? "-" : ""}${integer || "0"}${fraction && "."}${fraction}`;
}

/** `digits × 10^-scale` without needless zeros. */
export function normalize(digits: bigint, scale: number): Decimal {
  let [rest, places] = [digits, scale];
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n;
    places--;
  }
  return { digits: rest, scale: places };
}
