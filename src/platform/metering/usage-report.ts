import { TramontaneError } from "#base";
import type { Pico } from "../billing/money.ts";
import type { Database } from "../storage/database.ts";

export const USAGE_DIMENSIONS = ["hour", "day", "month", "workspace", "key", "model"] as const;

export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

export interface UsageQuery {
  readonly organizationId: string;
  /** Inclusive; whole hours. */
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
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
}

const COLUMNS: Readonly<Record<UsageDimension, string>> = {
  hour: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
  day: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD')`,
  month: `to_char(hour at time zone 'UTC', 'YYYY-MM')`,
  workspace: "workspace_id::text",
  key: "api_key_id::text",
  model: "model",
};

/** Sums of an organisation's usage, as exact as its invoices. */
export async function reportUsage(database: Database, query: UsageQuery): Promise<UsageRow[]> {
  if (query.to <= query.from)
    throw new TramontaneError("invalid_request", "`to` must be after `from`", { field: "to" });
  const groups = query.groupBy.map((dimension, i) => `${COLUMNS[dimension]} as g${i}`);
  const positions = groups.map((_, i) => i + 1).join(", ");
  const rows = await database.query<Record<string, string | null>>(
    `select ${groups.map((group) => `${group}, `).join("")}
       coalesce(sum(requests), 0)::text as requests, coalesce(sum(prompt_tokens), 0)::text as prompt,
       coalesce(sum(cached_tokens), 0)::text as cached, coalesce(sum(output_tokens), 0)::text as output,
       coalesce(sum(amount), 0)::text as amount
     from usage_hour where organization_id = $1 and hour >= $2 and hour < $3
     ${positions === "" ? "" : `group by ${positions} order by ${positions}`}`,
    [query.organizationId, query.from, query.to],
  );
  return rows.map((row) => ({
    group: Object.fromEntries(query.groupBy.map((dimension, i) => [dimension, row[`g${i}`] ?? null])),
    requests: Number(row["requests"]),
    promptTokens: Number(row["prompt"]),
    cachedTokens: Number(row["cached"]),
    outputTokens: Number(row["output"]),
    amount: BigInt(row["amount"]!),
  }));
}
