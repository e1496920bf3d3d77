import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import { lockOrganizations } from "../metering/write-usage.ts";
import type { Database } from "../storage/database.ts";

/** How an organisation is billed. */
export interface BillingTerms {
  /** Name of its price list; undefined: everything is free. */
  readonly priceList: string | undefined;
  /** Hundredths of a per cent, on every price. */
  readonly discountBasisPoints: number;
  /** What happens when prepaid credit does not cover a request: refuse it, or bill it. */
  readonly whenCreditEnds: "stop" | "overage";
}

interface TermsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

/** Sets an organisation's terms; requests that begin from now on cost accordingly, within 5 s in other processes. */
export async function setBillingTerms(
  { database, audit }: TermsParts,
  change: { readonly organizationId: string; readonly terms: BillingTerms; readonly actor: string },
): Promise<void> {
  const { organizationId, terms, actor } = change;
  await database.transaction(async (session) => {
    await lockOrganizations(session, [{ organizationId }]);
    const known = await session.query("select 1 as found from price_list where name = $1 limit 1", [
      terms.priceList ?? null,
    ]);
    if (terms.priceList !== undefined && known.length === 0) {
      throw new TramontaneError("not_found", `No price list is named "${terms.priceList}".`, { field: "price_list" });
    }
    await session.query(
      "update balance set price_list = $2, discount_basis_points = $3, when_credit_ends = $4 where organization_id = $1",
      [organizationId, terms.priceList ?? null, terms.discountBasisPoints, terms.whenCreditEnds],
    );
    await audit.append(session, {
      organizationId,
      actor,
      event: "billing_terms.set",
      target: `organization:${organizationId}`,
      details: { ...terms },
    });
  });
}

export async function getBillingTerms(database: Database, organizationId: string): Promise<BillingTerms> {
  const [row] = await database.query<{
    price_list: string | null;
    discount_basis_points: number;
    when_credit_ends: BillingTerms["whenCreditEnds"];
  }>("select price_list, discount_basis_points, when_credit_ends from balance where organization_id = $1", [
    organizationId,
  ]);
  return {
    priceList: row?.price_list ?? undefined,
    discountBasisPoints: row?.discount_basis_points ?? 0,
    whenCreditEnds: row?.when_credit_ends ?? "overage",
  };
}
