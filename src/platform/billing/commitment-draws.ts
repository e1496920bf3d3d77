import type { Queryable } from "../storage/database.ts";
import type { InvoiceLine } from "./invoice-lines.ts";
import { sumOf } from "./invoice-lines.ts";
import type { Pico } from "./money.ts";

/**
 * What an invoice counts towards a commitment: its eligible usage, as far as it was not paid from credit. Credit pays for
 * usage that is not eligible first, which is the customer's favour.
 */
export function eligibleAmount(lines: readonly InvoiceLine[]): Pico {
  const usage = lines.filter((line) => line.kind === "usage");
  const eligible = sumOf(usage.filter((line) => line.commitmentEligible));
  const unpaid = sumOf(usage) + sumOf(lines.filter((line) => line.kind === "credit"));
  return unpaid < eligible ? unpaid : eligible;
}

interface InvoiceDraw {
  readonly organizationId: string;
  readonly invoiceId: string;
  /** Month, such as `2024-02`. */
  readonly period: string;
  readonly lines: readonly InvoiceLine[];
}

/** Counts an invoice towards the commitment that runs in its month, up to what is left of it. */
export async function drawCommitment(session: Queryable, invoice: InvoiceDraw): Promise<void> {
  const monthStart = `${invoice.period}-01T00:00:00Z`;
  const [commitment] = await session.query<{ id: string; left: string }>(
    `select id, amount - (select coalesce(sum(amount), 0) from commitment_draw where commitment_id = id)
       - (select coalesce(sum(shortfall), 0) from commitment_milestone where commitment_id = id) as left
     from commitment where organization_id = $1 and status = 'active'
       and starts_at < $2::timestamptz + interval '1 month' and ends_at > $2::timestamptz order by starts_at limit 1`,
    [invoice.organizationId, monthStart],
  );
  if (commitment === undefined) return;
  const left = BigInt(commitment.left);
  const eligible = eligibleAmount(invoice.lines);
  const amount = eligible < left ? eligible : left;
  if (amount <= 0n) return;
  await session.query("insert into commitment_draw values ($1, $2, $3)", [commitment.id, invoice.invoiceId, amount]);
  if (amount === left) await session.query("update commitment set status = 'completed' where id = $1", [commitment.id]);
}
