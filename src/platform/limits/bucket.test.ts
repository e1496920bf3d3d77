import fc from "fast-check";
import { expect, test } from "vitest";
import { Bucket } from "./bucket.ts";

const rate = { capacity: 10, perMs: 0.01 };

test("what may be taken in any stretch of time is its capacity and what the time brings", () => {
  const step = fc.record({ afterMs: fc.nat({ max: 5_000 }), amount: fc.double({ min: 0.1, max: 10, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const bucket = new Bucket(rate, 0);
      let nowMs = 0;
      let taken = 0;
      for (const { afterMs, amount } of steps) {
        nowMs += afterMs;
        if (bucket.waitMs(amount, nowMs) > 0) continue;
        bucket.take(amount, nowMs);
        taken += amount;
      }
      return taken <= rate.capacity + nowMs * rate.perMs + 1e-6;
    }),
  );
});

test("the wait it names is the truth: a moment before it is too early, after it is enough", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 10, noNaN: true }),
      fc.double({ min: 0.5, max: 10, noNaN: true }),
      (first, second) => {
        const bucket = new Bucket(rate, 0);
        bucket.take(first, 0);
        const waitMs = bucket.waitMs(second, 0);
        const isEarlyRefused = waitMs < 2 || bucket.waitMs(second, waitMs - 1) > 0;
        return isEarlyRefused && bucket.waitMs(second, waitMs + 0.001) === 0;
      },
    ),
  );
});

test("a debt must be paid off first, and what is given back never exceeds the capacity", () => {
  const bucket = new Bucket(rate, 0);
  bucket.take(30, 0);
  expect(bucket.level(0)).toBe(-20);
  expect(bucket.waitMs(1, 0)).toBeCloseTo(2_100);
  bucket.take(-100, 0);
  expect(bucket.level(0)).toBe(10);
});

test("more than the capacity passes when full, so that no request is refused for ever", () => {
  const bucket = new Bucket(rate, 0);
  expect(bucket.waitMs(1_000, 0)).toBe(0);
  bucket.take(1_000, 0);
  expect(bucket.waitMs(1, 0)).toBeCloseTo(99_100);
});

test("a clock that steps back brings nothing", () => {
  const bucket = new Bucket(rate, 1_000);
  bucket.take(10, 1_000);
  expect(bucket.level(0)).toBe(0);
  expect(bucket.level(2_000)).toBeCloseTo(10);
});
