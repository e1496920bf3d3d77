import type { UsageView } from "../app/admin-api.ts";

export interface DayOfUsage {
  /** Midnight of the day, UTC, as `2026-02-01`. */
  readonly day: string;
  /** Tokens in and out, per model in the order of `models`. */
  readonly tokens: readonly number[];
}

export interface UsageSums {
  readonly models: readonly string[];
  readonly days: readonly DayOfUsage[];
  readonly requests: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Rows per day and model as one series per model, the busiest model first; days without use are there, at zero. */
export function sumUsage(rows: readonly UsageView[], fromDay: string, toDay: string): UsageSums {
  const perModel = new Map<string, number>();
  const perDay = new Map<string, Map<string, number>>();
  for (const { day = "", model = "", prompt_tokens, output_tokens } of rows) {
    const tokens = prompt_tokens + output_tokens;
    perModel.set(model, (perModel.get(model) ?? 0) + tokens);
    const key = day.slice(0, 10);
    const models = perDay.get(key) ?? new Map<string, number>();
    models.set(model, (models.get(model) ?? 0) + tokens);
    perDay.set(key, models);
  }
  const models = [...perModel].toSorted(([, a], [, b]) => b - a).map(([model]) => model);
  const total = (pick: (row: UsageView) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  return {
    models,
    days: daysBetween(fromDay, toDay).map((day) => ({
      day,
      tokens: models.map((model) => perDay.get(day)?.get(model) ?? 0),
    })),
    requests: total((row) => row.requests),
    promptTokens: total((row) => row.prompt_tokens),
    cachedTokens: total((row) => row.cached_tokens),
    outputTokens: total((row) => row.output_tokens),
  };
}

function daysBetween(fromDay: string, toDay: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(fromDay); at <= Date.parse(toDay); at += 86_400_000) days.push(dayOf(at));
  return days;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
