import { expect, test } from "vitest";
import { sumUsage } from "./usage-sums.ts";

const row = (day: string, model: string, prompt: number, output: number) => ({
  day,
  model,
  requests: 1,
  prompt_tokens: prompt,
  cached_tokens: 0,
  output_tokens: output,
  amount: "0.5",
});

test("one series per model, the busiest first, with the days nobody asked", () => {
  const rows = [
    row("2026-02-01", "a", 1, 1),
    row("2026-02-03T00:00:00.000Z", "b", 10, 5),
    row("2026-02-03", "a", 2, 0),
  ];
  expect(sumUsage(rows, { group: "model", from: "2026-02-01", to: "2026-02-03" })).toEqual({
    groups: ["b", "a"],
    days: [
      { day: "2026-02-01", tokens: [0, 2] },
      { day: "2026-02-02", tokens: [0, 0] },
      { day: "2026-02-03", tokens: [15, 2] },
    ],
    requests: 3,
    promptTokens: 13,
    cachedTokens: 0,
    outputTokens: 6,
    amount: 1.5,
  });
});
