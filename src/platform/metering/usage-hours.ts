import type { StatementBundle } from "../storage/statement-bundle.ts";
import type { AcceptedSettle } from "./usage-rows.ts";

const HOUR_MS = 3_600_000;

/** Adds events to the hourly sums that reports and invoices read, in the events' own transaction. */
export function addToHours(changes: StatementBundle, accepted: readonly AcceptedSettle[]): void {
  if (accepted.length === 0) return;
  changes.add(
    `insert into usage_hour
     select org, workspace, key, model, mode, list, discount, hour, count(*), sum(prompt), sum(cached), sum(output), sum(amount)
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::timestamptz[],
       $9::int[], $10::int[], $11::int[], $12::bigint[])
       as t (org, workspace, key, model, mode, list, discount, hour, prompt, cached, output, amount)
     group by 1, 2, 3, 4, 5, 6, 7, 8
     on conflict (organization_id, hour, workspace_id, api_key_id, model, mode, price_list_id, discount_basis_points)
     do update set requests = usage_hour.requests + excluded.requests,
       prompt_tokens = usage_hour.prompt_tokens + excluded.prompt_tokens,
       cached_tokens = usage_hour.cached_tokens + excluded.cached_tokens,
       output_tokens = usage_hour.output_tokens + excluded.output_tokens,
       amount = usage_hour.amount + excluded.amount`,
    [
      accepted.map(({ intent }) => intent.organization_id),
      accepted.map(({ intent }) => intent.workspace_id),
      accepted.map(({ intent }) => intent.api_key_id),
      accepted.map(({ intent }) => intent.model),
      accepted.map(({ intent }) => intent.mode),
      accepted.map(({ intent }) => intent.price_list_id),
      accepted.map(({ intent }) => intent.discount_basis_points),
      accepted.map(({ settle }) => new Date(settle.at.getTime() - (settle.at.getTime() % HOUR_MS))),
      accepted.map(({ settle }) => settle.settlement.promptTokens),
      accepted.map(({ settle }) => settle.settlement.cachedTokens),
      accepted.map(({ settle }) => settle.settlement.outputTokens),
      accepted.map(({ settle }) => settle.amount),
    ],
  );
}
