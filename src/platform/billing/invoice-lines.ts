import type { Queryable } from "../storage/database.ts";
import type { Pico } from "./money.ts";
import { roundHalfEven } from "./money.ts";
import { discounted } from "./price.ts";

/** A row of an invoice: quantity times unit price is its amount, to the last unit. */
export interface InvoiceLine {
  readonly kind: "usage" | "credit" | "shortfall" | "rounding";
  readonly description: string;
  readonly model: string | undefined;
  /** `input token`, `cached input token`, `output token`; undefined for amounts. */
  readonly unit: string | undefined;
  readonly quantity: bigint;
  readonly unitPrice: Pico;
  readonly amount: Pico;
  readonly commitmentEligible: boolean;
}

/** A hundredth of a currency unit. */
const CENT = 10n ** 10n;

export interface SequenceRange {
  readonly organizationId: string;
  /** Exclusive. */
  readonly from: bigint;
  /** Inclusive. */
  readonly through: bigint;
}

interface UsageRow {
  model: string;
  mode: string;
  discount_basis_points: number;
  input_pico: bigint;
  cached_input_pico: bigint;
  output_pico: bigint;
  commitment_eligible: boolean;
  prompt: bigint;
  cached: bigint;
  output: bigint;
}

const RANGE = "organization_id = $1 and sequence > $2 and sequence <= $3";

/** What a range of usage events costs, a line per model, mode, kind of token and price. Free usage has no line. */
export async function usageLines(session: Queryable, range: SequenceRange): Promise<InvoiceLine[]> {
  const rows = await session.query<UsageRow>(
    `select e.model, e.mode, e.discount_basis_points, p.input_pico, p.cached_input_pico, p.output_pico, p.commitment_eligible,
       sum(e.prompt_tokens)::bigint as prompt, sum(e.cached_tokens)::bigint as cached, sum(e.output_tokens)::bigint as output
     from usage_event e cross join lateral price_of(e.price_list_id, e.model, e.mode) p
     where ${RANGE} group by e.price_list_id, 1, 2, 3, 4, 5, 6, 7 order by 1, 2, e.price_list_id, 3`,
    [range.organizationId, range.from, range.through],
  );
  return rows.flatMap(linesOf).filter((line) => line.amount !== 0n);
}

function linesOf(row: UsageRow): InvoiceLine[] {
  const { model, mode, discount_basis_points: discount, commitment_eligible: commitmentEligible } = row;
  const listed = { input: row.input_pico, cachedInput: row.cached_input_pico, output: row.output_pico };
  const prices = discounted(listed, discount);
  const suffix = `${mode === "batch" ? ", batch" : ""}${discount > 0 ? `, ${discount / 100} % discount` : ""}`;
  const line = (unit: string, quantity: bigint, unitPrice: Pico): InvoiceLine => ({
    kind: "usage",
    description: `${model}: ${unit}s${suffix}`,
    model,
    unit,
    quantity,
    unitPrice,
    amount: quantity * unitPrice,
    commitmentEligible,
  });
  return [
    line("input token", row.prompt - row.cached, prices.input),
    line("cached input token", row.cached, prices.cachedInput),
    line("output token", row.output, prices.output),
  ];
}

/** What credit paid of a range of usage events, a line per grant. */
export async function creditLines(session: Queryable, range: SequenceRange): Promise<InvoiceLine[]> {
  const rows = await session.query<{ reference: string; amount: string }>(
    `select a.reference, sum(e.amount) as amount from journal_transaction t
     join journal_entry e on e.transaction_id = t.id join account a on a.id = e.account_id
     where t.organization_id = $1 and t.through_sequence > $2 and t.through_sequence <= $3 and t.reason = 'draw' and a.kind = 'credit'
     group by 1 order by 1`,
    [range.organizationId, range.from, range.through],
  );
  return rows.map(({ reference, amount }) => amountLine("credit", `Paid from credit ${reference}`, -BigInt(amount)));
}

export function amountLine(kind: InvoiceLine["kind"], description: string, amount: Pico): InvoiceLine {
  const nothing = { model: undefined, unit: undefined, commitmentEligible: false };
  return { kind, description, ...nothing, quantity: 1n, unitPrice: amount, amount };
}

export const sumOf = (lines: readonly InvoiceLine[]): Pico => lines.reduce((sum, line) => sum + line.amount, 0n);

/** Adds the line that brings the sum to whole cents, halves to the even one, if one is needed. */
export function withRounding(lines: readonly InvoiceLine[]): { lines: InvoiceLine[]; total: Pico; rounding: Pico } {
  const exact = sumOf(lines);
  const total = roundHalfEven(exact, CENT);
  const rounding = total - exact;
  return {
    total,
    rounding,
    lines: rounding === 0n ? [...lines] : [...lines, amountLine("rounding", "Rounding", rounding)],
  };
}
