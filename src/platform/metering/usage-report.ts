import { TramontaneError } from "#base";
import type { Pico } from "../billing/money.ts";
import type { Database } from "../storage/database.ts";

export const USAGE_DIMENSIONS = ["hour", "day", "month", "workspace", "key", "user", "model"] as const;

export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

export interface UsageQuery {
  readonly organizationId: string;
  /** Inclusive; whole hours. */
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** Of one workspace only; undefined: of all. */
  readonly workspaceId?: string | undefined;
  /** What a row is one of; none: the sum of all. */
  readonly groupBy: readonly UsageDimension[];
}

export interface UsageRow {
  /** The values of the dimensions asked for; times as ISO 8601, ids as text. */
  readonly group: Readonly<Partial<Record<UsageDimension, string | null>>>;
  readonly requests: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly amount: Pico;
  /** Milliseconds to the first text of what was answered at once, not in a batch; undefined: nothing was. */
  readonly firstTextMs: { readonly p50: number; readonly p95: number } | undefined;
  /** Of the row's user, when rows are by user; undefined: programs, or somebody who has left. */
  readonly userName: string | undefined;
}

interface Column {
  /** What rows are grouped by, given the column of their time; text without the order of a language, which sorts slowly. */
  readonly by: (time: string) => string;
  /** How it is shown: once per group, not once per row. */
  readonly shown?: (value: string) => string;
}

const utc = (format: string) => (value: string) => `to_char(${value} at time zone 'UTC', '${format}')`;
const COLUMNS: Readonly<Record<UsageDimension, Column>> = {
  hour: { by: (time) => `date_bin('1 hour', ${time}, 'epoch')`, shown: utc('YYYY-MM-DD"T"HH24:00:00"Z"') },
  day: { by: (time) => `date_bin('1 day', ${time}, 'epoch')`, shown: utc("YYYY-MM-DD") },
  month: { by: (time) => `date_trunc('month', ${time}, 'UTC')`, shown: utc("YYYY-MM") },
  workspace: { by: () => "workspace_id" },
  key: { by: () => "api_key_id" },
  user: { by: () => "user_id" },
  model: { by: () => `model collate "C"` },
};

type Row = Readonly<Record<string, string | null>> & { readonly waits?: readonly [number, number] | null };

/**
 * Sums of an organisation's usage, as exact as its invoices, and how soon its answers began. The sums are kept by the hour;
 * the times are read from every event between `from` and `to`, and cost as many as there are.
 */
export async function reportUsage(database: Database, query: UsageQuery): Promise<UsageRow[]> {
  const { organizationId, from, to, groupBy, workspaceId } = query;
  if (to <= from) throw new TramontaneError("invalid_request", "`to` must be after `from`", { field: "to" });
  const grouped = (time: string) => {
    const values = groupBy.map((name) => COLUMNS[name].by(time));
    const shown = groupBy.map((name, i) => `${(COLUMNS[name].shown ?? String)(values[i]!)} as g${i}, `).join("");
    return { shown, order: values.length === 0 ? "" : `group by ${values.join()} order by ${values.join()}` };
  };
  const read = (sql: string) => database.query<Row>(sql, [organizationId, from, to, workspaceId ?? null]);
  const hours = grouped("hour");
  const rows = await read(
    `select ${hours.shown}
       coalesce(sum(requests), 0)::text as requests, coalesce(sum(prompt_tokens), 0)::text as prompt,
       coalesce(sum(cached_tokens), 0)::text as cached, coalesce(sum(output_tokens), 0)::text as output,
       coalesce(sum(amount), 0)::text as amount
     from usage_hour where organization_id = $1 and hour >= $2 and hour < $3
       and ($4::text is null or workspace_id::text = $4) ${hours.order}`,
  );
  const events = grouped("at");
  const waits = await read(
    `select ${events.shown} percentile_cont(array[0.5, 0.95]) within group (order by first_text_ms) as waits
     from usage_event where organization_id = $1 and at >= $2 and at < $3
       and ($4::text is null or workspace_id::text = $4)
       and mode = 'standard' and first_text_ms is not null ${events.order}`,
  );
  const keyOf = (row: Row) => JSON.stringify(groupBy.map((_, i) => row[`g${i}`]));
  const waitOf = new Map(waits.map((row) => [keyOf(row), row.waits]));
  const names = groupBy.includes("user") ? await namesOf(database, organizationId) : undefined;
  return rows.map((row) => {
    const group: UsageRow["group"] = Object.fromEntries(
      groupBy.map((dimension, i) => [dimension, row[`g${i}`] ?? null]),
    );
    const wait = waitOf.get(keyOf(row));
    return {
      group,
      requests: Number(row["requests"]),
      promptTokens: Number(row["prompt"]),
      cachedTokens: Number(row["cached"]),
      outputTokens: Number(row["output"]),
      amount: BigInt(row["amount"]!),
      firstTextMs: wait ? { p50: Math.round(wait[0]), p95: Math.round(wait[1]) } : undefined,
      userName: group.user ? names?.get(group.user) : undefined,
    };
  });
}

async function namesOf(database: Database, organizationId: string): Promise<Map<string, string>> {
  const rows = await database.query<{ id: string; name: string }>(
    "select u.id::text, u.name from app_user u join membership m on m.user_id = u.id where m.organization_id = $1",
    [organizationId],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
