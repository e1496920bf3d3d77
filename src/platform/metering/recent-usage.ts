import type { ErrorCode } from "#base";
import type { Database } from "../storage/database.ts";

/** Requests that ended lately. */
export interface RecentUsage {
  readonly requests: number;
  /** Of these, those that the server did not answer as it should have: not what a reader left or a rule refused. */
  readonly failed: number;
}

/** Ends that are a fault of the server. */
const FAULTS: readonly ErrorCode[] = [
  "engine_unavailable",
  "engine_crashed",
  "overloaded",
  "model_load_failed",
  "model_file_invalid",
  "storage_unavailable",
  "policy_unavailable",
  "internal",
];

/**
 * An organisation's requests that were let in and ended after `since`, batches included. Reads every one of their events:
 * for minutes, not for days.
 */
export async function recentUsage(database: Database, organizationId: string, since: Date): Promise<RecentUsage> {
  const [row] = await database.query<RecentUsage>(
    `select count(*)::int as requests,
       count(*) filter (where outcome = 'recovered' or string_to_array(endings, ', ') && $3::text[])::int as failed
     from usage_event where organization_id = $1 and at >= $2`,
    [organizationId, since, FAULTS],
  );
  return row!;
}
