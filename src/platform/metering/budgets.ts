import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import { formatMoney } from "../billing/money.ts";
import type { Pico } from "../billing/money.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { monthOf } from "./spending.ts";
import type { BudgetRow } from "./spending.ts";
import { lockOrganizations } from "./write-usage.ts";

export interface Budget {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: "organization" | "workspace" | "key";
  /** Id of the organisation, workspace or key. */
  readonly scopeId: string;
  /** Undefined: all models together. */
  readonly model?: string | undefined;
  /** A calendar month in UTC, or for ever. */
  readonly period: "month" | "total";
  readonly cap: Pico;
  /** `stop` refuses what the cap does not cover; `warn` and `overage` let it through, `warn` with a warning in the log. */
  readonly atCap: "stop" | "warn" | "overage";
  readonly spent: Pico;
  readonly reserved: Pico;
  /** When it was first passed in this period. */
  readonly passedAt: Date | undefined;
}

export type NewBudget = Pick<Budget, "organizationId" | "scope" | "scopeId" | "model" | "period" | "cap" | "atCap">;

interface BudgetsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

const COLUMN = { organization: "organization_id", workspace: "workspace_id", key: "api_key_id" } as const;

/** Caps on what an organisation, a workspace or a key may spend, on one model or on all together. */
export class Budgets {
  readonly #parts: BudgetsParts;

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
  }

  /** Sets the budget of a scope, model and period, or changes it. It counts what the period has already spent and reserved. */
  async set(wanted: NewBudget, actor: string): Promise<Budget> {
    const { database, clock, audit } = this.#parts;
    const now = new Date(clock.nowMs());
    return await database.transaction(async (session) => {
      await requireScopeIn(session, wanted);
      await lockOrganizations(session, [wanted]);
      const start = wanted.period === "month" ? monthOf(now) : new Date(0);
      const [row] = await session.query<BudgetRow>(
        `insert into budget (id, organization_id, scope, scope_id, period, cap, at_cap, period_start, model, spent, reserved)
         values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9::text,
           (select coalesce(sum(amount), 0)::bigint from usage_event
             where ${COLUMN[wanted.scope]} = $4 and at >= $8 and ($9 is null or model = $9)),
           (select coalesce(sum(estimate), 0)::bigint from usage_intent
             where ${COLUMN[wanted.scope]} = $4 and ($9 is null or model = $9)))
         on conflict (scope, scope_id, model, period) do update set cap = excluded.cap, at_cap = excluded.at_cap, warned_at = null
         returning *`,
        [
          uuidv7(now.getTime()),
          wanted.organizationId,
          wanted.scope,
          wanted.scopeId,
          wanted.period,
          wanted.cap,
          wanted.atCap,
          start,
          wanted.model ?? null,
        ],
      );
      await countBudgets(session, wanted.organizationId);
      const { model, period, atCap } = wanted;
      const details = { cap: formatMoney(wanted.cap), model, period, atCap };
      const target = `${wanted.scope}:${wanted.scopeId}`;
      await audit.append(session, {
        organizationId: wanted.organizationId,
        actor,
        event: "budget.set",
        target,
        details,
      });
      return toBudget(row!);
    });
  }

  async list(organizationId: string): Promise<Budget[]> {
    const sql = "select * from budget where organization_id = $1 order by id";
    return (await this.#parts.database.query<BudgetRow>(sql, [organizationId])).map(toBudget);
  }

  /** Throws `not_found` when the organisation has no such budget. */
  async remove(organizationId: string, budgetId: string, actor: string): Promise<void> {
    const { database, audit } = this.#parts;
    await database.transaction(async (session) => {
      await lockOrganizations(session, [{ organizationId }]);
      const sql = "delete from budget where organization_id = $1 and id::text = $2 returning id";
      const removed = await session.query(sql, [organizationId, budgetId]);
      if (removed.length === 0) throw new TramontaneError("not_found", `No budget ${budgetId} in this organization.`);
      await countBudgets(session, organizationId);
      await audit.append(session, { organizationId, actor, event: "budget.remove", target: `budget:${budgetId}` });
    });
  }
}

async function countBudgets(session: Queryable, organizationId: string): Promise<void> {
  await session.query(
    "update balance set budgets = (select count(*) from budget where organization_id = $1) where organization_id = $1",
    [organizationId],
  );
}

async function requireScopeIn(session: Queryable, { organizationId, scope, scopeId }: NewBudget): Promise<void> {
  const owner = { organization: "id", workspace: "organization_id", key: "organization_id" } as const;
  const table = { organization: "organization", workspace: "workspace", key: "api_key" } as const;
  const sql = `select 1 as found from ${table[scope]} where id::text = $1 and ${owner[scope]} = $2`;
  if ((await session.query(sql, [scopeId, organizationId])).length > 0) return;
  throw new TramontaneError("not_found", `No ${scope} ${scopeId} in this organization.`);
}

function toBudget(row: BudgetRow): Budget {
  return {
    id: row.id,
    organizationId: row.organization_id,
    scope: row.scope,
    scopeId: row.scope_id,
    model: row.model ?? undefined,
    period: row.period,
    cap: row.cap,
    atCap: row.at_cap,
    spent: row.spent,
    reserved: row.reserved,
    passedAt: row.warned_at ?? undefined,
  };
}
