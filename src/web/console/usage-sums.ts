import type { UsageView } from "../app/admin-views.ts";

export type UsageGroup = "model" | "key" | "workspace" | "user";
export type UsageMeasure = "tokens" | "amount";

export interface DayOfUsage {
  /** Midnight of the day, UTC, as `2026-02-01`. */
  readonly day: string;
  /** Per group in the order of `groups`. */
  readonly values: readonly number[];
}

export interface UsageSeries {
  readonly groups: readonly string[];
  readonly days: readonly DayOfUsage[];
}

interface UsageScope {
  readonly group: UsageGroup;
  /** Tokens in and out, or money in the currency's units. */
  readonly measure: UsageMeasure;
  readonly from: string;
  readonly to: string;
  /** The name of all groups beyond the sixth. */
  readonly others: string;
}

/** As many as there are colours to tell them apart. */
const MOST_SERIES = 6;

/** Rows per day and group as one series per group, the greatest first; days without use are there, at zero. */
export function usageSeries(rows: readonly UsageView[], { group, measure, from, to, others }: UsageScope): UsageSeries {
  const perGroup = new Map<string, number>();
  for (const row of rows) add(perGroup, row[group] ?? "", valueOf(row, measure));
  const ranked = [...perGroup].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const isMany = ranked.length > MOST_SERIES;
  const groups = isMany ? [...ranked.slice(0, MOST_SERIES - 1), others] : ranked;
  const shown = new Set(groups);
  const perDay = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const day = (row.day ?? "").slice(0, 10);
    const values = perDay.get(day) ?? new Map<string, number>();
    const name = row[group] ?? "";
    add(values, shown.has(name) ? name : others, valueOf(row, measure));
    perDay.set(day, values);
  }
  return {
    groups,
    days: daysBetween(from, to).map((day) => ({ day, values: groups.map((name) => perDay.get(day)?.get(name) ?? 0) })),
  };
}

function valueOf(row: UsageView, measure: UsageMeasure): number {
  return measure === "amount" ? Number(row.amount) : row.prompt_tokens + row.output_tokens;
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

function daysBetween(fromDay: string, toDay: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(fromDay); at <= Date.parse(toDay); at += 86_400_000) days.push(dayOf(at));
  return days;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
