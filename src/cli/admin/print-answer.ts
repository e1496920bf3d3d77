import { tableOf } from "../office.ts";

type Row = Readonly<Record<string, unknown>>;

/** Rows of a list; undefined: the answer is one thing. */
export function rowsOf(answer: unknown): readonly Row[] | undefined {
  const { data } = answer as { readonly data?: unknown };
  return Array.isArray(data) ? (data as Row[]) : undefined;
}

/** An answer as lines: JSON, one object per line, or columns for people. */
export function linesOf(answer: unknown, columns: readonly string[] | undefined, asJson: boolean): string[] {
  const rows = rowsOf(answer);
  if (asJson) return (rows ?? [answer]).map((row) => JSON.stringify(row));
  if (rows === undefined) {
    const facts = Object.entries(answer as Row).filter(([name]) => name !== "object");
    return tableOf(facts.map(([name, value]) => [name, cellOf(value)]));
  }
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const header = names.map((name) => name.toUpperCase());
  return tableOf([header, ...rows.map((row) => names.map((name) => cellOf(row[name])))]);
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (Array.isArray(value) && value.every((it) => typeof it !== "object")) return value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}
