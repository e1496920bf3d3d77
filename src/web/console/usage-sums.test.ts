import { expect, test } from "vitest";
import { usageSeries } from "./usage-sums.ts";

const row = (day: string, model: string, prompt: number, output: number) => ({
  day,
  model,
  requests: 1,
  prompt_tokens: prompt,
  cached_tokens: 0,
  output_tokens: output,
  amount: "0.5",
  ttft_p50_ms: null,
  ttft_p95_ms: null,
});
const scope = { group: "model", measure: "tokens", from: "2026-02-01", to: "2026-02-03", others: "Others" } as const;

test("one series per model, the busiest first, with the days nobody asked", () => {
  const rows = [
    row("2026-02-01", "a", 1, 1),
    row("2026-02-03T00:00:00.000Z", "b", 10, 5),
    row("2026-02-03", "a", 2, 0),
  ];
  expect(usageSeries(rows, scope)).toEqual({
    groups: ["b", "a"],
    days: [
      { day: "2026-02-01", values: [0, 2] },
      { day: "2026-02-02", values: [0, 0] },
      { day: "2026-02-03", values: [15, 2] },
    ],
  });
  expect(usageSeries(rows, { ...scope, measure: "amount" }).days[2]).toEqual({ day: "2026-02-03", values: [0.5, 0.5] });
});

test("beyond six groups the smallest are one series, and nothing is lost", () => {
  const rows = Array.from({ length: 9 }, (_, index) => row("2026-02-02", `m${index}`, 100 - index, 0));
  const { groups, days } = usageSeries(rows, scope);
  expect(groups).toEqual(["m0", "m1", "m2", "m3", "m4", "Others"]);
  expect(days[1]!.values).toEqual([100, 99, 98, 97, 96, 95 + 94 + 93 + 92]);
});
