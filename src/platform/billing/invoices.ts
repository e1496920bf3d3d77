import { TramontaneError } from "#base";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import { drawCommitment } from "./commitment-draws.ts";
import type { InvoiceLine, SequenceRange } from "./invoice-lines.ts";
import { creditLines, usageLines, withRounding } from "./invoice-lines.ts";
import { post } from "./ledger.ts";
import type { Pico } from "./money.ts";

/** A bill, final when made: the database refuses to change it. */
export interface Invoice {
  readonly id: string;
  readonly organizationId: string;
  /** 1, 2, 3 … per organisation. */
  readonly number: bigint;
  readonly kind: "usage" | "shortfall";
  /** Such as `2024-02`. */
  readonly period: string;
  readonly currency: string;
  /** Whole cents. */
  readonly total: Pico;
  readonly finalizedAt: Date;
  readonly lines: readonly InvoiceLine[];
}

export interface NewInvoice extends SequenceRange {
  readonly kind: Invoice["kind"];
  readonly period: string;
  readonly lines: readonly InvoiceLine[];
  readonly total: Pico;
  readonly at: Date;
}

interface InvoiceRow {
  id: string;
  organization_id: string;
  number: bigint;
  kind: Invoice["kind"];
  period: string;
  currency: string;
  total: string;
  finalized_at: Date;
}

interface LineRow {
  kind: InvoiceLine["kind"];
  description: string;
  model: string | null;
  unit: string | null;
  quantity: string;
  unit_price: string;
  amount: string;
  commitment_eligible: boolean;
}

/**
 * Bills what was used up to a month's last event and not billed yet; nothing when that is free. Call it with the organisation
 * locked and its usage posted.
 */
export async function invoiceUsage(
  session: Queryable,
  wanted: { organizationId: string; period: string; through: bigint; at: Date },
): Promise<void> {
  const { organizationId, period, through, at } = wanted;
  const [last] = await session.query<{ through: bigint }>(
    "select coalesce(max(through_sequence), 0) as through from invoice where organization_id = $1 and kind = 'usage'",
    [organizationId],
  );
  const range = { organizationId, from: last!.through, through };
  const usage = await usageLines(session, range);
  if (usage.length === 0) return;
  const { lines, total, rounding } = withRounding([...usage, ...(await creditLines(session, range))]);
  const invoiceId = await insertInvoice(session, { ...range, kind: "usage", period, lines, total, at });
  await post(session, {
    organizationId,
    idempotencyKey: `invoice:${invoiceId}`,
    reason: "invoice",
    at,
    entries: [
      { account: "receivable", amount: total },
      { account: "rounding", amount: -rounding },
      { account: "unbilled_usage", amount: rounding - total },
    ],
  });
  await drawCommitment(session, { organizationId, invoiceId, period, lines });
}

/** Writes an invoice with its lines; returns its id. Call it with the organisation locked. */
export async function insertInvoice(session: Queryable, invoice: NewInvoice): Promise<string> {
  const id = uuidv7(invoice.at.getTime());
  const { organizationId, kind, period, from, through, lines, total, at } = invoice;
  await session.query(
    `insert into invoice select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6,
       coalesce((select currency from price_list join balance on price_list = name where balance.organization_id = $2 limit 1), 'EUR'), $7, $8
     from invoice where organization_id = $2`,
    [id, organizationId, kind, period, from, through, total, at],
  );
  await session.query(
    `insert into invoice_line select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[],
       $8::numeric[], $9::numeric[], $10::boolean[])`,
    [
      id,
      lines.map((_, i) => i + 1),
      lines.map((line) => line.kind),
      lines.map((line) => line.description),
      lines.map((line) => line.model ?? null),
      lines.map((line) => line.unit ?? null),
      lines.map((line) => line.quantity),
      lines.map((line) => line.unitPrice),
      lines.map((line) => line.amount),
      lines.map((line) => line.commitmentEligible),
    ],
  );
  return id;
}

/** Invoices as they were made. */
export class Invoices {
  readonly #database: Database;

  constructor(parts: { readonly database: Database }) {
    this.#database = parts.database;
  }

  /** Newest first. */
  async list(organizationId: string): Promise<Invoice[]> {
    const sql = "select * from invoice where organization_id = $1 order by number desc";
    const rows = await this.#database.query<InvoiceRow>(sql, [organizationId]);
    return await Promise.all(rows.map((row) => this.#withLines(row)));
  }

  /** Throws `not_found` when the organisation has no such invoice. */
  async get(organizationId: string, invoiceId: string): Promise<Invoice> {
    const sql = "select * from invoice where organization_id = $1 and id::text = $2";
    const [row] = await this.#database.query<InvoiceRow>(sql, [organizationId, invoiceId]);
    if (row === undefined) throw new TramontaneError("not_found", `No invoice ${invoiceId} in this organization.`);
    return await this.#withLines(row);
  }

  async #withLines(row: InvoiceRow): Promise<Invoice> {
    const lines = await this.#database.query<LineRow>(
      "select * from invoice_line where invoice_id = $1 order by position",
      [row.id],
    );
    return {
      id: row.id,
      organizationId: row.organization_id,
      number: row.number,
      kind: row.kind,
      period: row.period,
      currency: row.currency,
      total: BigInt(row.total),
      finalizedAt: row.finalized_at,
      lines: lines.map(toLine),
    };
  }
}

function toLine(row: LineRow): InvoiceLine {
  return {
    kind: row.kind,
    description: row.description,
    model: row.model ?? undefined,
    unit: row.unit ?? undefined,
    quantity: BigInt(row.quantity),
    unitPrice: BigInt(row.unit_price),
    amount: BigInt(row.amount),
    commitmentEligible: row.commitment_eligible,
  };
}
