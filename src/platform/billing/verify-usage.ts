import type { Database } from "../storage/database.ts";

/** One place where two records of the same money disagree; amounts in pico-units. */
export interface Discrepancy {
  readonly what: string;
  readonly organizationId: string | undefined;
  readonly recorded: bigint;
  readonly recomputed: bigint;
}

interface Row {
  what: string;
  organization_id: string | null;
  recorded: bigint;
  recomputed: bigint;
}

/** Recomputes every running total from the events and intents it stands for. Empty: all agree to the last unit. */
export async function verifyUsage(database: Database): Promise<Discrepancy[]> {
  const rows = await database.query<Row>(`
    with event as (
      select organization_id, sum(amount)::bigint as spent, count(*) as n, max(sequence) as last from usage_event group by 1
    ), intent as (
      select organization_id, sum(estimate)::bigint as reserved from usage_intent group by 1
    ), pair as (
      select b.organization_id, t.* from balance b
      left join event e using (organization_id) left join intent i using (organization_id),
      lateral (values
        ('spent = sum of events', b.spent, coalesce(e.spent, 0)),
        ('reserved = sum of open intents', b.reserved, coalesce(i.reserved, 0)),
        ('events numbered without gaps', b.sequence, coalesce(e.n, 0)),
        ('last event number', b.sequence, coalesce(e.last, 0))
      ) as t (what, recorded, recomputed)
      union all
      select organization_id, 'organization with usage has a balance', 0, 1
      from (select organization_id from event union select organization_id from intent) u
      where not exists (select 1 from balance b where b.organization_id = u.organization_id)
      union all
      select g.organization_id, 'budget ' || g.id || ' ' || t.what, t.recorded, t.recomputed from budget g,
      lateral (values
        ('spent', g.spent, (select coalesce(sum(amount), 0)::bigint from usage_event e
          where e.at >= g.period_start and budget_counts(g, e.organization_id, e.workspace_id, e.api_key_id, e.model))),
        ('reserved', g.reserved, (select coalesce(sum(estimate), 0)::bigint from usage_intent e
          where budget_counts(g, e.organization_id, e.workspace_id, e.api_key_id, e.model)))
      ) as t (what, recorded, recomputed)
      union all
      select e.organization_id, 'amount of event ' || e.request_id || ' = its tokens at its price', e.amount,
        ((e.prompt_tokens - e.cached_tokens) * r.input + e.cached_tokens * r.cached + e.output_tokens * r.output)::bigint
      from usage_event e
      left join lateral price_of(e.price_list_id, e.model, e.mode) p on true,
      lateral (select
        half_even(coalesce(p.input_pico, 0)::numeric * (10000 - e.discount_basis_points) / 10000) as input,
        half_even(coalesce(p.cached_input_pico, 0)::numeric * (10000 - e.discount_basis_points) / 10000) as cached,
        half_even(coalesce(p.output_pico, 0)::numeric * (10000 - e.discount_basis_points) / 10000) as output) r
    )
    select what, organization_id, recorded, recomputed from pair where recorded <> recomputed order by 2, 1`);
  return rows.map(({ what, organization_id, recorded, recomputed }) => ({
    what,
    organizationId: organization_id ?? undefined,
    recorded,
    recomputed,
  }));
}
