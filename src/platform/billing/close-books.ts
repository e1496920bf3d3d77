import { lockOrganizations } from "../metering/write-usage.ts";
import { monthOf } from "../metering/spending.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { settleMilestone } from "./commitments.ts";
import type { DueMilestone } from "./commitments.ts";
import { expireCredits } from "./credits.ts";
import { invoiceUsage } from "./invoices.ts";
import { monthAfter, monthName, postUsage } from "./post-usage.ts";

/**
 * Everything about an organisation's money that time brings, in the order of time: usage posted and paid from credit, months
 * that have ended invoiced, milestones settled after the month they fall in, credit expired. Doing it again changes nothing.
 */
export async function closeBooks(database: Database, organizationId: string, now: Date): Promise<void> {
  await database.transaction(async (session) => {
    await lockOrganizations(session, [{ organizationId }]);
    await postUsage(session, organizationId, now);
    const months = await monthsToInvoice(session, organizationId);
    const milestones = await dueMilestones(session, organizationId, now);
    const steps = [
      ...months.map(({ month, sequence }) => ({
        atMs: monthAfter(month).getTime(),
        rank: 0,
        run: () => invoiceUsage(session, { organizationId, period: monthName(month), through: sequence, at: now }),
      })),
      ...milestones.map((milestone) => ({
        atMs: monthAfter(monthOf(new Date(milestone.due_at.getTime() - 1))).getTime(),
        rank: milestone.due_at.getTime(),
        run: () => settleMilestone(session, milestone, now),
      })),
    ].toSorted((a, b) => a.atMs - b.atMs || a.rank - b.rank);
    for (const step of steps) await step.run();
    await expireCredits(session, organizationId, now);
  });
}

/** Closes the books of every organisation. One that fails does not keep the others open; the failures are thrown together. */
export async function closeAllBooks(database: Database, now: Date): Promise<void> {
  const organizations = await database.query<{ id: string }>("select organization_id as id from balance order by 1");
  const failures: unknown[] = [];
  for (const { id } of organizations)
    await closeBooks(database, id, now).catch((error: unknown) => failures.push(error));
  if (failures.length > 0)
    throw new AggregateError(failures, `The books of ${failures.length} organizations could not be closed.`);
}

async function monthsToInvoice(
  session: Queryable,
  organizationId: string,
): Promise<{ month: Date; sequence: bigint }[]> {
  return await session.query(
    `select month::timestamp at time zone 'UTC' as month, sequence from usage_cut where organization_id = $1 and sequence >
       (select coalesce(max(through_sequence), 0) from invoice where organization_id = $1 and kind = 'usage') order by month`,
    [organizationId],
  );
}

async function dueMilestones(session: Queryable, organizationId: string, now: Date): Promise<DueMilestone[]> {
  return await session.query(
    `select m.commitment_id, c.organization_id, m.due_at, m.amount, c.ends_at, c.automatic_shortfall
     from commitment_milestone m join commitment c on c.id = m.commitment_id
     where c.organization_id = $1 and c.status in ('active', 'completed') and m.settled_at is null and m.due_at <= $2 order by m.due_at`,
    [organizationId, monthOf(now)],
  );
}
