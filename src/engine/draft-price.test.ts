import { expect, test } from "vitest";
import { DraftPrice } from "./draft-price.ts";

function priceAfter(passes: readonly (readonly [drafts: number, ms: number])[]): number {
  const price = new DraftPrice();
  for (let round = 0; round < 50; round++) for (const [drafts, ms] of passes) price.observe(drafts, ms);
  return price.worthwhileAcceptance(1);
}

test("a draft costs what its row adds to a pass", () => {
  expect(
    priceAfter([
      [0, 10],
      [4, 14],
    ]),
  ).toBeCloseTo(0.1, 1);
  expect(
    priceAfter([
      [0, 1],
      [2, 2.2],
    ]),
  ).toBeCloseTo(0.6, 1);
});

test("before anything was measured, and with a clock that stands still, it is a quarter of a pass", () => {
  expect(new DraftPrice().worthwhileAcceptance(1)).toBe(0.25);
  expect(
    priceAfter([
      [0, 0],
      [2, 0],
    ]),
  ).toBe(0.25);
});

test("a pass that was held up hardly counts", () => {
  const price = new DraftPrice();
  for (let round = 0; round < 50; round++) price.observe(0, 1);
  price.observe(0, 1000);
  for (let round = 0; round < 50; round++) price.observe(1, 1.5);
  expect(price.worthwhileAcceptance(1)).toBeGreaterThan(0.2);
});

test("a price that allows no drafts is doubted again", () => {
  const price = new DraftPrice();
  for (let round = 0; round < 50; round++) price.observe(round % 2, 1 + (round % 2));
  expect(price.worthwhileAcceptance(1)).toBeGreaterThan(0.8);
  for (let round = 0; round < 200; round++) price.observe(0, 1);
  expect(price.worthwhileAcceptance(1)).toBeLessThan(0.4);
});

test("beside others a draft must be surer, and a sure one is always worth it", () => {
  const price = new DraftPrice();
  expect(price.worthwhileAcceptance(4)).toBeCloseTo(0.49);
  expect(price.worthwhileAcceptance(60)).toBe(0.95);
});
