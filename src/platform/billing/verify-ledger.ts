import type { Database } from "../storage/database.ts";
import { sumOf, usageLines, creditLines, withRounding } from "./invoice-lines.ts";
import { Invoices } from "./invoices.ts";
import type { Discrepancy } from "./verify-usage.ts";
import { verifyUsage } from "./verify-usage.ts";

interface Row {
  what: string;
  organization_id: string;
  recorded: string;
  recomputed: string;
}

/** Proves that events, running totals, journal and invoices tell the same story, to the last unit. Empty: they do. */
export async function verifyBilling(database: Database): Promise<Discrepancy[]> {
  return [...(await verifyUsage(database)), ...(await verifyJournal(database)), ...(await verifyInvoices(database))];
}

async function verifyJournal(database: Database): Promise<Discrepancy[]> {
  const rows = await database.query<Row>(`
    with pair as (
      select organization_id, 'journal transaction ' || t.id || ' sums to zero' as what, sum(amount) as recorded, 0::numeric as recomputed
      from journal_transaction t join journal_entry e on e.transaction_id = t.id group by 1, t.id
      union all
      select organization_id, 'balance of account ' || kind || ' ' || coalesce(reference::text, ''), balance,
        (select coalesce(sum(amount), 0) from journal_entry e where e.account_id = a.id) from account a
      union all
      select b.organization_id, 'revenue = posted usage', (select coalesce(-sum(balance), 0) from account a where a.organization_id = b.organization_id and kind = 'revenue'),
        (select coalesce(sum(amount), 0) from usage_event e where e.organization_id = b.organization_id and e.sequence <= b.posted_sequence) from balance b
      union all
      select b.organization_id, 'unbilled usage = posted and not invoiced, less credit drawn',
        (select coalesce(sum(balance), 0) from account a where a.organization_id = b.organization_id and kind = 'unbilled_usage'),
        (select coalesce(sum(amount), 0) from usage_event e where e.organization_id = b.organization_id and e.sequence <= b.posted_sequence and e.sequence > i.through)
        - (select coalesce(sum(e.amount), 0) from journal_transaction t join journal_entry e on e.transaction_id = t.id join account a on a.id = e.account_id
           where t.organization_id = b.organization_id and t.reason = 'draw' and a.kind = 'credit' and t.through_sequence > i.through)
      from balance b, lateral (select coalesce(max(through_sequence), 0) as through from invoice v where v.organization_id = b.organization_id and v.kind = 'usage') i
      union all
      select b.organization_id, 'credit of the balance = grants less what expired', b.credit,
        (select coalesce(sum(amount), 0) from credit_grant g where g.organization_id = b.organization_id)
        - (select coalesce(-sum(balance), 0) from account a where a.organization_id = b.organization_id and kind = 'breakage') from balance b
      union all
      select b.organization_id, 'usage beyond credit', b.uncovered,
        (select coalesce(-sum(balance), 0) from account a where a.organization_id = b.organization_id and kind = 'revenue')
        - (select coalesce(sum(e.amount), 0) from journal_transaction t join journal_entry e on e.transaction_id = t.id join account a on a.id = e.account_id
           where t.organization_id = b.organization_id and t.reason = 'draw' and a.kind = 'credit') from balance b
      union all
      select g.organization_id, 'credit ' || g.id || ' is neither overdrawn nor more than granted', a.balance, greatest(-g.amount, least(0, a.balance))
      from credit_grant g join account a on a.organization_id = g.organization_id and a.kind = 'credit' and a.reference = g.id
      union all
      select e.organization_id, 'hourly usage = events', coalesce(h.amount, 0), e.amount
      from (select organization_id, sum(amount) as amount from usage_event group by 1) e
      left join (select organization_id, sum(amount) as amount from usage_hour group by 1) h using (organization_id)
      union all
      select v.organization_id, 'receivable = invoices of usage and credit bought',
        (select coalesce(sum(balance), 0) from account a where a.organization_id = v.organization_id and kind = 'receivable'),
        (select coalesce(sum(total), 0) from invoice i where i.organization_id = v.organization_id and kind = 'usage')
        + (select coalesce(sum(amount), 0) from credit_grant g where g.organization_id = v.organization_id and source <> 'promotion')
      from balance v
    )
    select what, organization_id, recorded::text, recomputed::text from pair where recorded <> recomputed order by 2, 1`);
  return rows.map((row) => ({
    what: row.what,
    organizationId: row.organization_id,
    recorded: BigInt(row.recorded),
    recomputed: BigInt(row.recomputed),
  }));
}

/** Makes every invoice of usage again from the events it covers. */
async function verifyInvoices(database: Database): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  const made = await database.query<{ id: string; organization_id: string; from: bigint; through: bigint }>(
    `select id, organization_id, from_sequence as from, through_sequence as through from invoice where kind = 'usage' order by organization_id, number`,
  );
  const invoices = new Invoices({ database });
  const reached = new Map<string, bigint>();
  for (const { id, organization_id: organizationId, from, through } of made) {
    const invoice = await invoices.get(organizationId, id);
    const range = { organizationId, from, through };
    const again = withRounding([...(await usageLines(database, range)), ...(await creditLines(database, range))]);
    const compare = (what: string, recorded: bigint, recomputed: bigint): void => {
      if (recorded !== recomputed)
        found.push({ what: `invoice ${invoice.number}: ${what}`, organizationId, recorded, recomputed });
    };
    compare("begins where the last one ended", from, reached.get(organizationId) ?? 0n);
    compare("total", invoice.total, again.total);
    compare("sum of lines", sumOf(invoice.lines), again.total);
    compare("number of lines", BigInt(invoice.lines.length), BigInt(again.lines.length));
    reached.set(organizationId, through);
  }
  return found;
}
