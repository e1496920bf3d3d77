import * as fc from "fast-check";
import { expect, test } from "vitest";
import { calculate } from "./calculate.ts";

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["-2^2", -4],
  ["2^3^2", 512],
  ["2^-1", 0.5],
  ["10 % 4 - -1", 3],
  ["sqrt(2) * sqrt(2)", 2],
  ["0.1 + 0.2", 0.3],
  ["cos(pi)", -1],
  ["6 × 7", 42],
])("%s is %d", (expression, value) => expect(calculate(expression)).toBeCloseTo(value, 12));

test.each(["", "1 +", "(1", "1 2", "foo(1)", "process.exit()", "1/0", "sqrt(-1)", "constructor", "9".repeat(501)])(
  "%s is refused with a reason",
  (expression) => expect(() => calculate(expression)).toThrow(/./),
);

test("sums and differences of whole numbers are exact", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 }), (numbers) => {
      const expected = numbers.reduce((sum, number) => sum + number, 0);
      expect(calculate(numbers.map((number) => `(${number})`).join(" + "))).toBe(expected);
      expect(calculate(`0 - (${numbers.join(" + ").replaceAll("+ -", "- ")})`)).toBe(0 - expected);
    }),
  );
});
