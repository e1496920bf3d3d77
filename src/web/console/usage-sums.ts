import type { UsageView } from "../app/admin-views.ts";

export type UsageGroup = "model" | "key" | "workspace";

export interface DayOfUsage {
  /** Midnight of the day, UTC, as `2026-02-01`. */
  readonly day: string;
  /** Tokens in and out, per group in the order of `groups`. */
  readonly tokens: readonly number[];
}

export interface UsageSums {
  readonly groups: readonly string[];
  readonly days: readonly DayOfUsage[];
  readonly requests: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** In the currency's units. */
  readonly amount: number;
}

interface UsageScope {
  readonly group: UsageGroup;
  readonly from: string;
  readonly to: string;
}

/** Rows per day and group as one series per group, the busiest first; days without use are there, at zero. */
export function sumUsage(rows: readonly UsageView[], { group, from, to }: UsageScope): UsageSums {
  const perGroup = new Map<string, number>();
  const perDay = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const name = row[group] ?? "";
    const tokens = row.prompt_tokens + row.output_tokens;
    perGroup.set(name, (perGroup.get(name) ?? 0) + tokens);
    const key = (row.day ?? "").slice(0, 10);
    const groups = perDay.get(key) ?? new Map<string, number>();
    groups.set(name, (groups.get(name) ?? 0) + tokens);
    perDay.set(key, groups);
  }
  const groups = [...perGroup].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const total = (pick: (row: UsageView) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  return {
    groups,
    days: daysBetween(from, to).map((day) => ({
      day,
      tokens: groups.map((name) => perDay.get(day)?.get(name) ?? 0),
    })),
    requests: total((row) => row.requests),
    promptTokens: total((row) => row.prompt_tokens),
    cachedTokens: total((row) => row.cached_tokens),
    outputTokens: total((row) => row.output_tokens),
    amount: total((row) => Number(row.amount)),
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
