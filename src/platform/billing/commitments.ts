import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import { lockOrganizations } from "../metering/write-usage.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { insertGrant } from "./credits.ts";
import { amountLine, withRounding } from "./invoice-lines.ts";
import { insertInvoice } from "./invoices.ts";
import { formatMoney } from "./money.ts";
import type { Pico } from "./money.ts";

export interface Milestone {
  readonly dueAt: Date;
  /** What must have been drawn by then, from the start. */
  readonly amount: Pico;
  /** What was missing when it fell due; undefined before. */
  readonly shortfall: Pico | undefined;
}

/**
 * A contract to spend: invoices of eligible usage draw it down. Nothing is paid in advance; what is missing at a milestone is
 * charged then and given back as credit. Usage after it is drawn is billed as usual.
 */
export interface Commitment {
  readonly id: string;
  readonly organizationId: string;
  readonly amount: Pico;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly automaticShortfall: boolean;
  readonly status: "active" | "completed" | "expired" | "canceled";
  readonly drawn: Pico;
  readonly milestones: readonly Milestone[];
  /** What each invoice drew, oldest first; together `drawn`. */
  readonly draws: readonly CommitmentDraw[];
}

export interface CommitmentDraw {
  readonly invoiceId: string;
  readonly invoiceNumber: number;
  /** Month, such as `2024-02`. */
  readonly period: string;
  readonly finalizedAt: Date;
  readonly amount: Pico;
}

export interface NewCommitment extends Pick<
  Commitment,
  "organizationId" | "amount" | "startsAt" | "endsAt" | "automaticShortfall"
> {
  /** Amounts grow with time; the end is a milestone of its own. */
  readonly milestones: readonly Pick<Milestone, "dueAt" | "amount">[];
}

interface CommitmentsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

export interface DueMilestone {
  readonly commitment_id: string;
  readonly organization_id: string;
  readonly due_at: Date;
  readonly amount: string;
  readonly ends_at: Date;
  readonly automatic_shortfall: boolean;
}

const DAY_MS = 86_400_000;
/** How long a shortfall's credit can be used. */
const SHORTFALL_CREDIT_DAYS = 365;

/** Commitments of organisations. One at a time runs: the next starts when the last has ended. */
export class Commitments {
  readonly #parts: CommitmentsParts;

  constructor(parts: CommitmentsParts) {
    this.#parts = parts;
  }

  /** Errors: `conflict` when another commitment runs in that time, `invalid_request` when milestones do not grow. */
  async create(wanted: NewCommitment, actor: string): Promise<Commitment> {
    const { database, clock, audit } = this.#parts;
    const { organizationId, amount, startsAt, endsAt } = wanted;
    const milestones = withEnd(wanted);
    const now = new Date(clock.nowMs());
    const id = uuidv7(now.getTime());
    await database.transaction(async (session) => {
      await lockOrganizations(session, [wanted]);
      const overlapping = await session.query(
        "select 1 as found from commitment where organization_id = $1 and status <> 'canceled' and starts_at < $3 and ends_at > $2",
        [organizationId, startsAt, endsAt],
      );
      if (overlapping.length > 0) throw new TramontaneError("conflict", "Another commitment runs in that time.");
      await session.query("insert into commitment values ($1, $2, $3, $4, $5, $6, 'active', $7)", [
        id,
        organizationId,
        amount,
        startsAt,
        endsAt,
        wanted.automaticShortfall,
        now,
      ]);
      await session.query(
        "insert into commitment_milestone (commitment_id, due_at, amount) select $1, * from unnest($2::timestamptz[], $3::numeric[])",
        [id, milestones.map((it) => it.dueAt), milestones.map((it) => it.amount)],
      );
      const details = { amount: formatMoney(amount), startsAt, endsAt };
      await audit.append(session, {
        organizationId,
        actor,
        event: "commitment.create",
        target: `commitment:${id}`,
        details,
      });
    });
    return (await this.list(organizationId)).find((it) => it.id === id)!;
  }

  /** Oldest first. */
  async list(organizationId: string): Promise<Commitment[]> {
    const rows = await this.#parts.database.query<CommitmentRow>(
      `select c.*, (select coalesce(sum(amount), 0) from commitment_draw d where d.commitment_id = c.id) as drawn
       from commitment c where organization_id = $1 order by starts_at`,
      [organizationId],
    );
    const milestones = await this.#parts.database.query<MilestoneRow>(
      "select * from commitment_milestone where commitment_id = any($1) order by due_at",
      [rows.map((row) => row.id)],
    );
    const draws = await this.#parts.database.query<DrawRow>(
      `select d.commitment_id, d.amount, i.id, i.number, i.period, i.finalized_at
       from commitment_draw d join invoice i on i.id = d.invoice_id where d.commitment_id = any($1) order by i.number`,
      [rows.map((row) => row.id)],
    );
    return rows.map((row) =>
      toCommitment(row, {
        milestones: milestones.filter((it) => it.commitment_id === row.id),
        draws: draws.filter((it) => it.commitment_id === row.id),
      }),
    );
  }
}

/**
 * Charges what is missing at a milestone that has fallen due, and gives it back as credit; or, without automatic shortfall,
 * notes it. Call it with the organisation locked and the months up to the milestone invoiced.
 */
export async function settleMilestone(session: Queryable, milestone: DueMilestone, now: Date): Promise<void> {
  const { commitment_id: id, organization_id: organizationId, due_at: dueAt } = milestone;
  const [row] = await session.query<{ met: string; status: string }>(
    `select status, (select coalesce(sum(amount), 0) from commitment_draw where commitment_id = $1)
       + (select coalesce(sum(shortfall), 0) from commitment_milestone where commitment_id = $1) as met from commitment where id = $1`,
    [id],
  );
  const missing = BigInt(milestone.amount) - BigInt(row!.met);
  const shortfall = missing > 0n && milestone.automatic_shortfall ? missing : 0n;
  if (shortfall > 0n) await chargeShortfall(session, milestone, { shortfall, now });
  await session.query(
    "update commitment_milestone set settled_at = $3, shortfall = $4 where commitment_id = $1 and due_at = $2",
    [id, dueAt, now, shortfall],
  );
  if (dueAt.getTime() !== milestone.ends_at.getTime() || row!.status !== "active") return;
  const status = missing > shortfall ? "expired" : "completed";
  await session.query("update commitment set status = $3 where organization_id = $2 and id = $1", [
    id,
    organizationId,
    status,
  ]);
}

async function chargeShortfall(
  session: Queryable,
  milestone: DueMilestone,
  { shortfall, now }: { shortfall: Pico; now: Date },
): Promise<void> {
  const { organization_id: organizationId, due_at: dueAt } = milestone;
  const expiresAt = new Date(dueAt.getTime() + SHORTFALL_CREDIT_DAYS * DAY_MS);
  // The credit is worth what is charged: whole cents.
  const line = amountLine("shortfall", `Shortfall of the commitment at ${dueAt.toISOString().slice(0, 10)}`, shortfall);
  const { lines, total } = withRounding([line]);
  if (total > 0n) {
    const grant = { organizationId, amount: total, source: "shortfall", priority: 0, expiresAt } as const;
    await insertGrant(session, grant, now);
    const period = `${milestone.commitment_id} ${dueAt.toISOString()}`;
    const range = { organizationId, from: 0n, through: 0n };
    await insertInvoice(session, { ...range, kind: "shortfall", period, lines, total, at: now });
  }
}

function withEnd({ amount, endsAt, startsAt, milestones }: NewCommitment): Pick<Milestone, "dueAt" | "amount">[] {
  const all = [...milestones.filter((it) => it.dueAt.getTime() !== endsAt.getTime()), { dueAt: endsAt, amount }];
  const grows = all.every((it, i) => {
    const before = all[i - 1];
    return it.dueAt > (before?.dueAt ?? startsAt) && it.amount > (before?.amount ?? 0n);
  });
  if (grows && endsAt > startsAt) return all;
  throw new TramontaneError(
    "invalid_request",
    "Milestones must lie between start and end, and their dates and amounts must grow up to the whole.",
    {
      field: "milestones",
    },
  );
}

interface CommitmentRow {
  id: string;
  organization_id: string;
  amount: string;
  starts_at: Date;
  ends_at: Date;
  automatic_shortfall: boolean;
  status: Commitment["status"];
  drawn: string;
}

interface DrawRow {
  commitment_id: string;
  amount: string;
  id: string;
  number: string;
  period: string;
  finalized_at: Date;
}

interface MilestoneRow {
  commitment_id: string;
  due_at: Date;
  amount: string;
  shortfall: string | null;
}

function toCommitment(
  row: CommitmentRow,
  { milestones, draws }: { readonly milestones: readonly MilestoneRow[]; readonly draws: readonly DrawRow[] },
): Commitment {
  return {
    id: row.id,
    organizationId: row.organization_id,
    amount: BigInt(row.amount),
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    automaticShortfall: row.automatic_shortfall,
    status: row.status,
    drawn: BigInt(row.drawn),
    milestones: milestones.map((it) => ({
      dueAt: it.due_at,
      amount: BigInt(it.amount),
      shortfall: it.shortfall === null ? undefined : BigInt(it.shortfall),
    })),
    draws: draws.map((it) => ({
      invoiceId: it.id,
      invoiceNumber: Number(it.number),
      period: it.period,
      finalizedAt: it.finalized_at,
      amount: BigInt(it.amount),
    })),
  };
}
