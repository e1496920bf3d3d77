import fc from "fast-check";
import { expect, test } from "vitest";
import { divideHalfEven, formatMoney, parseMoney, roundHalfEven } from "./money.ts";
import { amountOf, discounted } from "./price.ts";

const pico = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const count = fc.nat({ max: 1_000_000 });

test("writing and reading an amount gives it back", () => {
  fc.assert(fc.property(pico, (amount) => parseMoney(formatMoney(amount)) === amount));
});

test("amounts read as people write them, and nothing is rounded silently", () => {
  expect(parseMoney("8")).toBe(8_000_000_000_000n);
  expect(parseMoney("-0.25")).toBe(-250_000_000_000n);
  expect(formatMoney(1n)).toBe("0.000000000001");
  expect(formatMoney(8_000_000_000_000n)).toBe("8.00");
  for (const text of ["", "1e3", "0.0000000000001", "1,5", " 1", "NaN"])
    expect(() => parseMoney(text)).toThrow("not an amount");
});

test("rounding never moves an amount by more than half a quantum, and halves go to the even side", () => {
  fc.assert(
    fc.property(pico, fc.bigInt({ min: 1n, max: 10n ** 12n }), (amount, quantum) => {
      const distance = roundHalfEven(amount, quantum) - amount;
      expect(2n * (distance < 0n ? -distance : distance) <= quantum).toBe(true);
    }),
  );
  expect([5n, 15n, -5n, -15n, 6n, -6n].map((dividend) => divideHalfEven(dividend, 10n))).toEqual([
    0n,
    2n,
    0n,
    -2n,
    1n,
    -1n,
  ]);
});

test("a million requests cost exactly what their tokens cost together", () => {
  const prices = { input: 8_000_000n, cachedInput: 800_000n, output: 24_000_000n };
  fc.assert(
    fc.property(
      fc.array(fc.record({ promptTokens: count, cachedTokens: fc.constant(0), outputTokens: count })),
      (all) => {
        const together = { promptTokens: 0, cachedTokens: 0, outputTokens: 0 };
        for (const one of all) {
          together.promptTokens += one.promptTokens;
          together.outputTokens += one.outputTokens;
        }
        expect(all.reduce((sum, one) => sum + amountOf(prices, one), 0n)).toBe(amountOf(prices, together));
      },
    ),
  );
});

test("a discount of everything is free, and of nothing changes nothing", () => {
  const prices = { input: 8_000_001n, cachedInput: 3n, output: 24_000_000n };
  expect(discounted(prices, 0)).toEqual(prices);
  expect(discounted(prices, 10_000)).toEqual({ input: 0n, cachedInput: 0n, output: 0n });
  expect(discounted(prices, 5_000)).toEqual({ input: 4_000_000n, cachedInput: 2n, output: 12_000_000n });
});
