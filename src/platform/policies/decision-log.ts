import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { PolicyStage } from "#protocol";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import type { PolicyOwner } from "./policy-store.ts";

export type DecisionOutcome = "refuse" | "warn" | "log" | "failed_open" | "failed_closed";

/** What was decided about one text, and why. Never the text, unless the administrator asked for its beginning. */
export interface Decision {
  readonly workspaceId: string;
  readonly requestId: string;
  readonly actor: string;
  readonly stage: PolicyStage;
  readonly outcome: DecisionOutcome;
  readonly version: number;
  /** Undefined when nothing could be judged. */
  readonly rule:
    | {
        readonly id: string;
        readonly number: number;
        readonly text: string;
        readonly category: string;
        readonly score: number;
        readonly threshold: number;
      }
    | undefined;
  readonly model: string;
  readonly latencyMs: number;
  readonly excerpt: string | undefined;
}

export type Verdict = "right" | "wrong";

export interface LoggedDecision extends Omit<Decision, "workspaceId" | "excerpt"> {
  readonly id: string;
  readonly at: Date;
  readonly hasExcerpt: boolean;
  readonly verdict: Verdict | undefined;
  readonly reviewedBy: string | undefined;
}

/** How often a rule was right, as far as people said so. */
export interface RulePrecision {
  readonly ruleId: string;
  readonly number: number;
  readonly text: string;
  readonly decisions: number;
  readonly right: number;
  readonly wrong: number;
}

export interface DecisionQuery {
  /** The id of the last decision of the page before. */
  readonly before: string | undefined;
  readonly limit: number;
  readonly ruleId: string | undefined;
  readonly outcome: string | undefined;
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly request_id: string;
  readonly actor: string;
  readonly stage: PolicyStage;
  readonly outcome: DecisionOutcome;
  readonly version: number;
  readonly rule_id: string | null;
  readonly rule_number: number;
  readonly rule_text: string;
  readonly category: string;
  readonly score: number;
  readonly threshold: number;
  readonly model: string;
  readonly latency_ms: number;
  readonly excerpt: string | null;
  readonly verdict: Verdict | null;
  readonly reviewed_by: string | null;
}

interface DecisionLogParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditLog;
}

/** Every decision that was more than letting a text through, and what people say of it. */
export class DecisionLog {
  readonly #parts: DecisionLogParts;
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: DecisionLogParts) {
    this.#parts = parts;
  }

  /** Returns at once; nobody waits for the store. A decision that cannot be written is told to the server's log. */
  record(decision: Decision): void {
    const writing = this.#write(decision)
      .catch((error: unknown) => this.#parts.logger.log("error", "policy.decision_lost", { message: String(error) }))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when everything recorded so far is written. */
  async flush(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Newest first. */
  async list(workspaceId: string, query: DecisionQuery): Promise<LoggedDecision[]> {
    await this.flush();
    const before = query.before !== undefined && isUuid(query.before) ? query.before : null;
    const rows = await this.#parts.database.query<Row>(
      `select * from policy_decision where workspace_id = $1 and ($2::uuid is null or id < $2)
         and ($3::text is null or rule_id = $3) and ($4::text is null or outcome = $4)
       order by id desc limit $5`,
      [workspaceId, before, query.ruleId ?? null, query.outcome ?? null, query.limit],
    );
    return rows.map(toDecision);
  }

  /** The beginning of what was judged; who looks is written down. Errors: `not_found`, also where none was kept. */
  async excerpt(owner: PolicyOwner, id: string): Promise<string> {
    const { excerpt } = await this.#row(owner.workspaceId, id);
    if (excerpt === null) throw new TramontaneError("not_found", "No excerpt was kept of this decision");
    const { database, audit } = this.#parts;
    const { organizationId, actor } = owner;
    await database.transaction((session) =>
      audit.append(session, { organizationId, actor, event: "policy_decision.read_excerpt", target: `decision:${id}` }),
    );
    return excerpt;
  }

  /** Says whether a decision was right; undefined takes it back. Errors: `not_found`. */
  async review(owner: PolicyOwner, id: string, verdict: Verdict | undefined): Promise<LoggedDecision> {
    await this.#row(owner.workspaceId, id);
    const { database, clock } = this.#parts;
    const [row] = await database.query<Row>(
      `update policy_decision set verdict = $3, reviewed_by = $4, reviewed_at = $5
       where workspace_id = $1 and id = $2 returning *`,
      [owner.workspaceId, id, verdict ?? null, verdict ? owner.actor : null, verdict ? new Date(clock.nowMs()) : null],
    );
    return toDecision(row!);
  }

  /** Per rule, in the words and under the number it had last. */
  async precision(workspaceId: string): Promise<RulePrecision[]> {
    await this.flush();
    const rows = await this.#parts.database.query<{
      rule_id: string;
      number: number;
      text: string;
      decisions: number;
      right: number;
      wrong: number;
    }>(
      `select rule_id, (array_agg(rule_number order by id desc))[1] as number,
         (array_agg(rule_text order by id desc))[1] as text, count(*)::int as decisions,
         count(*) filter (where verdict = 'right')::int as right, count(*) filter (where verdict = 'wrong')::int as wrong
       from policy_decision where workspace_id = $1 and rule_id is not null group by rule_id order by 2`,
      [workspaceId],
    );
    return rows.map(({ rule_id: ruleId, ...counts }) => ({ ruleId, ...counts }));
  }

  async #write(decision: Decision): Promise<void> {
    const { database, clock } = this.#parts;
    const now = clock.nowMs();
    const { rule } = decision;
    await database.query(
      `insert into policy_decision (id, workspace_id, at, request_id, actor, stage, outcome, version, rule_id,
         rule_number, rule_text, category, score, threshold, model, latency_ms, excerpt)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
      [
        uuidv7(now),
        decision.workspaceId,
        new Date(now),
        decision.requestId,
        decision.actor,
        decision.stage,
        decision.outcome,
        decision.version,
        rule?.id ?? null,
        rule?.number ?? null,
        rule?.text ?? null,
        rule?.category ?? null,
        rule?.score ?? null,
        rule?.threshold ?? null,
        decision.model,
        decision.latencyMs,
        decision.excerpt?.replaceAll("\u0000", "\ufffd") ?? null,
      ],
    );
  }

  async #row(workspaceId: string, id: string): Promise<Row> {
    await this.flush();
    const sql = "select * from policy_decision where workspace_id = $1 and id = $2";
    const [row] = isUuid(id) ? await this.#parts.database.query<Row>(sql, [workspaceId, id]) : [];
    if (row) return row;
    throw new TramontaneError("not_found", `No decision has the id ${id.slice(0, 64)}`);
  }
}

function toDecision(row: Row): LoggedDecision {
  const { rule_id: ruleId } = row;
  return {
    id: row.id,
    at: row.at,
    requestId: row.request_id,
    actor: row.actor,
    stage: row.stage,
    outcome: row.outcome,
    version: row.version,
    rule:
      ruleId === null
        ? undefined
        : {
            id: ruleId,
            number: row.rule_number,
            text: row.rule_text,
            category: row.category,
            score: row.score,
            threshold: row.threshold,
          },
    model: row.model,
    latencyMs: row.latency_ms,
    hasExcerpt: row.excerpt !== null,
    verdict: row.verdict ?? undefined,
    reviewedBy: row.reviewed_by ?? undefined,
  };
}
