import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";
import { uuidv7 } from "../uuid.ts";

export interface Limits {
  /** A second's worth may come at once. */
  readonly requestsPerSecond: number | undefined;
  /** Prompt and output together. */
  readonly tokensPerMinute: number | undefined;
  /** In a calendar month, UTC. */
  readonly tokensPerMonth: number | undefined;
  readonly concurrentRequests: number | undefined;
}

/** Limits on what an organisation, a workspace or a key may ask of one model, or of all models together. */
export interface LimitRule extends Limits {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: "organization" | "workspace" | "key";
  readonly scopeId: string;
  /** Undefined: all models together. */
  readonly model: string | undefined;
}

interface Row {
  id: string;
  organization_id: string;
  scope: LimitRule["scope"];
  scope_id: string;
  model: string | null;
  requests_per_second: number | null;
  tokens_per_minute: bigint | null;
  tokens_per_month: bigint | null;
  concurrent_requests: number | null;
}

interface LimitRulesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

const FRESH_MS = 5_000;

/** The rules of every organisation; a change is seen at once here, and within 5 s by other processes. */
export class LimitRules {
  readonly #parts: LimitRulesParts;
  readonly #known = new Map<string, { readonly rules: readonly LimitRule[]; readonly readAtMs: number }>();

  constructor(parts: LimitRulesParts) {
    this.#parts = parts;
  }

  /** Sets the limits of a scope and model, replacing those it had. */
  async set(wanted: Omit<LimitRule, "id">, actor: string): Promise<LimitRule> {
    const { database, clock, audit } = this.#parts;
    const { organizationId, scope, scopeId, model, ...limits } = wanted;
    const rule = await database.transaction(async (session) => {
      const owner = { organization: "id", workspace: "organization_id", key: "organization_id" } as const;
      const table = { organization: "organization", workspace: "workspace", key: "api_key" } as const;
      const [row] = await session.query<Row>(
        `insert into limit_rule
         select $1, $2, $3, id, $5, $6::float8, $7::bigint, $8::bigint, $9::int from ${table[scope]} where ${owner[scope]} = $2 and id::text = $4
         on conflict (scope, scope_id, model) do update set requests_per_second = excluded.requests_per_second,
           tokens_per_minute = excluded.tokens_per_minute, tokens_per_month = excluded.tokens_per_month,
           concurrent_requests = excluded.concurrent_requests
         returning *`,
        [
          uuidv7(clock.nowMs()),
          organizationId,
          scope,
          scopeId,
          model ?? null,
          limits.requestsPerSecond ?? null,
          limits.tokensPerMinute ?? null,
          limits.tokensPerMonth ?? null,
          limits.concurrentRequests ?? null,
        ],
      );
      if (row === undefined) throw new TramontaneError("not_found", `No ${scope} ${scopeId} in this organization.`);
      const target = `${scope}:${scopeId}`;
      await audit.append(session, {
        organizationId,
        actor,
        event: "limits.set",
        target,
        details: { model, ...limits },
      });
      return toRule(row);
    });
    this.#known.delete(organizationId);
    return rule;
  }

  async list(organizationId: string): Promise<LimitRule[]> {
    const sql = "select * from limit_rule where organization_id = $1 order by id";
    return (await this.#parts.database.query<Row>(sql, [organizationId])).map(toRule);
  }

  /** Throws `not_found` when the organisation has no such rule. */
  async remove(organizationId: string, ruleId: string, actor: string): Promise<void> {
    await this.#parts.database.transaction(async (session) => {
      const sql = "delete from limit_rule where organization_id = $1 and id::text = $2 returning id";
      const removed = await session.query(sql, [organizationId, ruleId]);
      if (removed.length === 0) throw new TramontaneError("not_found", `No limit ${ruleId} in this organization.`);
      await this.#parts.audit.append(session, {
        organizationId,
        actor,
        event: "limits.remove",
        target: `limit:${ruleId}`,
      });
    });
    this.#known.delete(organizationId);
  }

  /** The rules that a caller's request to a model must keep; at once when they were read lately. */
  applying(caller: Caller, model: string): readonly LimitRule[] | Promise<readonly LimitRule[]> {
    const known = this.#known.get(caller.organizationId);
    if (known !== undefined && this.#parts.clock.nowMs() - known.readAtMs <= FRESH_MS)
      return applyingOf(known.rules, caller, model);
    return this.#read(caller.organizationId).then((rules) => applyingOf(rules, caller, model));
  }

  async #read(organizationId: string): Promise<readonly LimitRule[]> {
    const readAtMs = this.#parts.clock.nowMs();
    const rules = await this.list(organizationId);
    this.#known.set(organizationId, { rules, readAtMs });
    return rules;
  }
}

function applyingOf(rules: readonly LimitRule[], caller: Caller, model: string): readonly LimitRule[] {
  const { organizationId, workspaceId, keyId } = caller;
  return rules.filter(
    ({ scopeId, model: limited }) =>
      (scopeId === organizationId || scopeId === workspaceId || scopeId === keyId) &&
      (limited === undefined || limited === model),
  );
}

function toRule(row: Row): LimitRule {
  return {
    id: row.id,
    organizationId: row.organization_id,
    scope: row.scope,
    scopeId: row.scope_id,
    model: row.model ?? undefined,
    requestsPerSecond: row.requests_per_second ?? undefined,
    tokensPerMinute: row.tokens_per_minute === null ? undefined : Number(row.tokens_per_minute),
    tokensPerMonth: row.tokens_per_month === null ? undefined : Number(row.tokens_per_month),
    concurrentRequests: row.concurrent_requests ?? undefined,
  };
}
