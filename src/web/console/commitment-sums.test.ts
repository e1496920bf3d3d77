import { expect, test } from "vitest";
import { drawdownOf } from "./commitment-sums.ts";

const commitment = {
  id: "c",
  amount: "100",
  drawn: "0",
  starts_at: "2026-01-01T00:00:00Z",
  ends_at: "2026-04-11T00:00:00Z",
  automatic_shortfall: true,
  status: "active" as const,
  milestones: [],
  draws: [],
};
const day = (at: string, amount: string) => ({
  day: at,
  amount,
  requests: 1,
  prompt_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
});
const daily = (count: number, amount: string) =>
  Array.from({ length: count }, (_, index) =>
    day(new Date(Date.parse("2026-01-01") + index * 86_400_000).toISOString(), amount),
  );

test("an even pace uses it up at its end, with nothing missing", () => {
  const it = drawdownOf(commitment, daily(50, "1"), Date.parse("2026-02-20T00:00:00Z"));
  expect([it.used, it.left, it.evenPace]).toEqual([50, 50, 50]);
  expect(it.forecast).toBeCloseTo(100, 6);
  expect(it.shortfall).toBeCloseTo(0, 6);
});

test("twice the pace ends it early, on a date", () => {
  const it = drawdownOf(commitment, daily(25, "2"), Date.parse("2026-01-26T00:00:00Z"));
  expect(new Date(it.endsMs!).toISOString().slice(0, 10)).toBe("2026-02-20");
  expect(it.shortfall).toBe(0);
});

test("half the pace leaves half missing", () => {
  const it = drawdownOf(commitment, daily(40, "0.5"), Date.parse("2026-02-10T00:00:00Z"));
  expect(it.endsMs).toBeUndefined();
  expect(it.shortfall).toBeCloseTo(50, 6);
});

test("what goes beyond is overage, and what came before its start does not count", () => {
  const rows = [day("2025-12-30", "40"), day("2026-01-01", "130")];
  const it = drawdownOf(commitment, rows, Date.parse("2026-01-03T00:00:00Z"));
  expect([it.used, it.left, it.overage]).toEqual([130, 0, 30]);
});
