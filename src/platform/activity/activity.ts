import type { Clock } from "#base";
import type { JobView } from "#protocol";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";

interface Row {
  id: string;
  kind: JobView["kind"];
  name: string;
  state: JobView["state"];
  fraction: number;
}

/** What has ended is shown this long, so that one learns of it. */
const SHOWN_MS = 600_000;
const MOST = 20;

const PULLS = `select id::text, 'pull' as kind, model as name, created_at,
    case when ended_at is null then 'running' else outcome end as state,
    (case step when 'pull' then coalesce(done_bytes::float / nullif(total_bytes, 0), 0) when 'verify' then 1
       when 'load' then 2 + fraction else 3 end
     + case when outcome = 'done' then 1 else 0 end) / 4 as fraction
  from model_pull where ended_at is null or ended_at > $1`;
const BATCHES = `select id::text, 'batch' as kind, coalesce(model, agent_id, endpoint) as name, created_at,
    case when completed_at is null then 'running' when status = 'SUCCESS' then 'done'
      when status in ('CANCELLED', 'CANCELLATION_REQUESTED') then 'cancelled' else 'failed' end as state,
    case when completed_at is null
      then (succeeded_requests + failed_requests)::float / greatest(total_requests, 1) else 1 end as fraction
  from batch_job where workspace_id = $2 and (completed_at is null or completed_at > $1)`;
const LIBRARIES = `select l.id::text, 'library' as kind, l.name, max(d.created_at) as created_at,
    case when bool_or(d.status in ('todo', 'in_progress')) then 'running' else 'done' end as state,
    avg(case when d.status in ('todo', 'in_progress') then 0 else 1 end)::float as fraction
  from library_document d join library l on l.id = d.library_id
  where l.workspace_id = $2 and d.created_at > $1 and (l.is_shared or l.owner = $3) group by l.id, l.name`;

/** The long jobs of this installation, for whoever wants to follow them. */
export class Activity {
  readonly #parts: { readonly database: Database; readonly clock: Clock; readonly firstOrganizationId: string };

  constructor(parts: { readonly database: Database; readonly clock: Clock; readonly firstOrganizationId: string }) {
    this.#parts = parts;
  }

  /** What this caller may follow, newest first: under way, or ended within ten minutes. */
  async of(caller: Caller): Promise<readonly JobView[]> {
    const { database, clock, firstOrganizationId } = this.#parts;
    const { scopes, workspaceId, organizationId, userId, keyId } = caller;
    const isInstaller = scopes.has("operator") || (scopes.has("admin") && organizationId === firstOrganizationId);
    const parts = [
      ...(isInstaller ? [PULLS] : []),
      ...(scopes.has("jobs") ? [BATCHES] : []),
      ...(scopes.has("agents") ? [LIBRARIES] : []),
    ];
    if (parts.length === 0) return [];
    const owner = userId === undefined ? `key:${keyId ?? ""}` : `user:${userId}`;
    // Every parameter is named once more, for the kinds that do not use it.
    const rows = await database.query<Row>(
      `select id, kind, name, state, fraction from (${parts.join(" union all ")}) jobs
       where ($1::timestamptz is not null and $2::uuid is not null and $3::text is not null)
       order by created_at desc limit ${MOST}`,
      [new Date(clock.nowMs() - SHOWN_MS), workspaceId, owner],
    );
    return rows.map(({ id, kind, name, state, fraction }) => ({
      id,
      kind,
      name,
      state,
      fraction: Math.min(1, fraction),
    }));
  }
}
