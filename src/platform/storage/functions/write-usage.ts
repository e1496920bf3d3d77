import type { SchemaFunction } from "../schema-functions.ts";

/**
 * The whole of a group of usage as one call, and so one trip to the server and one commit. What it must keep is said in
 * metering/write-usage.ts. With its caller's rights: a tenant sees and locks its own balance only.
 */
export const writeUsage: SchemaFunction = {
  name: "write_usage",
  revision: 1,
  sql: `
-- intents, settles, progress: arrays of objects; i numbers them within the batch.
-- Returns {"refused": [{i, budget, scope, cap, committed}], "duplicates": [i]}; money as text.
create or replace function write_usage(intents json, settles json, progress json, moment timestamptz) returns json
language plpgsql as $$
declare
  organizations uuid[];
  totals balance[];
  limits budget[];
  with_budgets uuid[];
  month constant timestamptz := date_trunc('month', moment, 'UTC');
  opened usage_intent[];
  op record;
  t integer;
  l integer;
  committed bigint;
  is_refused boolean;
  refused json[] := '{}';
  refused_numbers integer[] := '{}';
  duplicates integer[] := '{}';
  settled uuid[] := '{}';
  accepted integer[] := '{}';
  sequences bigint[] := '{}';
begin
  select array_agg(distinct o order by o) into organizations from (
    select o from json_to_recordset(intents) as x(o uuid) union all select o from json_to_recordset(settles) as x(o uuid)
  ) named;
  if organizations is not null then
    select array_agg(b order by b.organization_id), array_agg(b.organization_id) filter (where b.budgets > 0)
      into totals, with_budgets from lock_balances(organizations) b;
    -- A statement of its own: it must see what was committed while we waited for the lock.
    if with_budgets is not null then
      select array_agg(b order by b.id) into limits from budget b where b.organization_id = any(with_budgets);
    end if;
  end if;
  for l in 1..coalesce(cardinality(limits), 0) loop
    -- What is reserved stays reserved: those requests are still running.
    if limits[l].period = 'month' and limits[l].period_start < month then
      limits[l].period_start := month;
      limits[l].spent := 0;
      limits[l].warned_at := null;
    end if;
  end loop;

  -- Reserves each estimate in the balance and every budget it concerns, or in none. What is free is never refused.
  for op in select * from json_to_recordset(intents)
    as x(i integer, o uuid, workspace uuid, key uuid, model text, estimate bigint, at timestamptz) order by i
  loop
    t := array_position(organizations, op.o);
    is_refused := false;
    if op.estimate > 0 and totals[t].when_credit_ends = 'stop' then
      -- What was billed beyond earlier credit is owed on an invoice; it does not eat the credit that came later.
      committed := totals[t].spent - totals[t].uncovered + totals[t].reserved;
      if committed + op.estimate > totals[t].credit then
        is_refused := true;
        refused := refused || json_build_object('i', op.i, 'budget', null, 'scope', 'credit',
          'cap', totals[t].credit::text, 'committed', committed::text);
      end if;
    end if;
    for l in 1..coalesce(cardinality(limits), 0) loop
      exit when is_refused or op.estimate = 0;
      continue when limits[l].at_cap <> 'stop' or not budget_counts(limits[l], op.o, op.workspace, op.key, op.model);
      committed := limits[l].spent + limits[l].reserved;
      if committed + op.estimate > limits[l].cap then
        is_refused := true;
        refused := refused || json_build_object('i', op.i, 'budget', limits[l].id, 'scope', limits[l].scope,
          'cap', limits[l].cap::text, 'committed', committed::text);
      end if;
    end loop;
    if is_refused then
      refused_numbers := refused_numbers || op.i;
      continue;
    end if;
    totals[t].reserved := totals[t].reserved + op.estimate;
    for l in 1..coalesce(cardinality(limits), 0) loop
      continue when not budget_counts(limits[l], op.o, op.workspace, op.key, op.model);
      limits[l].reserved := limits[l].reserved + op.estimate;
      if limits[l].spent + limits[l].reserved > limits[l].cap then
        limits[l].warned_at := coalesce(limits[l].warned_at, op.at);
      end if;
    end loop;
  end loop;
  insert into usage_intent (request_id, organization_id, workspace_id, api_key_id, user_id, model, mode, price_list_id,
      discount_basis_points, estimate, prompt_tokens, instance_id, created_at)
    select id, o, workspace, key, person, model, mode, list, discount, estimate, prompt, instance, at
    from json_to_recordset(intents) as x(i integer, id uuid, o uuid, workspace uuid, key uuid, person uuid, model text,
      mode text, list uuid, discount integer, estimate bigint, prompt integer, instance uuid, at timestamptz)
    where i <> all(refused_numbers);

  -- Only who removes the intent may write the event.
  if json_array_length(settles) > 0 then
    with removed as (
      delete from usage_intent where request_id in (select id from json_to_recordset(settles) as x(id uuid)) returning usage_intent
    ) select array_agg(usage_intent) into opened from removed;
    for op in select x.i, x.o, x.id, x.amount, n.request_id, n.organization_id, n.workspace_id, n.api_key_id, n.model, n.estimate
      from json_to_recordset(settles) as x(i integer, o uuid, id uuid, amount bigint)
      left join unnest(opened) n on n.request_id = x.id order by x.i
    loop
      if op.request_id is null or op.id = any(settled) then
        duplicates := duplicates || op.i;
        continue;
      end if;
      if op.organization_id <> op.o then
        raise exception 'request % is settled for an organisation that did not make it', op.id using errcode = '23514';
      end if;
      t := array_position(organizations, op.o);
      totals[t].sequence := totals[t].sequence + 1;
      totals[t].reserved := totals[t].reserved - op.estimate;
      totals[t].spent := totals[t].spent + op.amount;
      for l in 1..coalesce(cardinality(limits), 0) loop
        continue when not budget_counts(limits[l], op.o, op.workspace_id, op.api_key_id, op.model);
        limits[l].reserved := limits[l].reserved - op.estimate;
        limits[l].spent := limits[l].spent + op.amount;
      end loop;
      settled := settled || op.id;
      accepted := accepted || op.i;
      sequences := sequences || totals[t].sequence;
    end loop;
    with event as (
      insert into usage_event (request_id, attempt, organization_id, sequence, workspace_id, api_key_id, user_id, model, mode,
          prompt_tokens, cached_tokens, output_tokens, amount, outcome, estimated, price_list_id, discount_basis_points, at,
          operation, endings, duration_ms, first_text_ms, queue_ms, prefill_ms, decode_ms, form_ms, attempts)
        select x.id, attempt, n.organization_id, a.sequence, workspace_id, api_key_id, user_id, model, mode, prompt, cached,
          output, amount, outcome, estimated, price_list_id, discount_basis_points, at, operation, endings, duration, first, queue,
          prefill, decode, form, attempts
        from json_to_recordset(settles) as x(i integer, id uuid, attempt integer, prompt integer, cached integer,
          output integer, amount bigint, outcome text, estimated boolean, at timestamptz, operation text, endings text,
          duration integer, first integer, queue integer, prefill integer, decode integer, form integer, attempts json)
        join unnest(accepted, sequences) as a(i, sequence) using (i)
        join unnest(opened) n on n.request_id = x.id
      returning *
    )
    insert into usage_hour as h (organization_id, workspace_id, api_key_id, user_id, model, mode, price_list_id,
        discount_basis_points, hour, requests, prompt_tokens, cached_tokens, output_tokens, amount)
      select organization_id, workspace_id, api_key_id, user_id, model, mode, price_list_id, discount_basis_points,
        date_trunc('hour', at, 'UTC'), count(*), sum(prompt_tokens), sum(cached_tokens), sum(output_tokens), sum(amount)
      from event group by 1, 2, 3, 4, 5, 6, 7, 8, 9
      on conflict (organization_id, hour, workspace_id, api_key_id, user_id, model, mode, price_list_id, discount_basis_points)
      do update set requests = h.requests + excluded.requests, prompt_tokens = h.prompt_tokens + excluded.prompt_tokens,
        cached_tokens = h.cached_tokens + excluded.cached_tokens, output_tokens = h.output_tokens + excluded.output_tokens,
        amount = h.amount + excluded.amount;
  end if;

  update balance set sequence = b.sequence, spent = b.spent, reserved = b.reserved
    from unnest(totals) b where balance.organization_id = b.organization_id;
  if limits is not null then
    update budget set period_start = b.period_start, spent = b.spent, reserved = b.reserved, warned_at = b.warned_at
      from unnest(limits) b where budget.id = b.id;
  end if;
  if json_array_length(progress) > 0 then
    update usage_intent set prompt_tokens = greatest(prompt_tokens, prompt), output_tokens = greatest(output_tokens, output)
      from (select id, max(prompt) as prompt, max(output) as output
        from json_to_recordset(progress) as x(id uuid, prompt integer, output integer) group by id order by id) told
      where request_id = told.id;
  end if;
  return json_build_object('refused', refused, 'duplicates', duplicates);
end $$;
`,
};
