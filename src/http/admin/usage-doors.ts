import { TramontaneError } from "#base";
import { explainRequest, formatMoney, recentUsage, reportUsage, USAGE_DIMENSIONS, verifyBilling } from "#platform";
import type { BackOffice, UsageDimension, UsageQuery } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute, csvAnswer, instantOf, textOf } from "./admin-exchange.ts";
import type { AdminExchange } from "./admin-exchange.ts";
import { list, viewRequest, viewUsage } from "./views.ts";

/** What was used, request by request or in sums, and the proof that it all agrees. */
export function usageDoors(office: BackOffice): readonly Route[] {
  const { database } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/usage",
      summary:
        "Sum the usage between `from` and `to`, by any of hour, day, month, workspace, key, user and model; of one `workspace_id` or all",
      scope: "billing:read",
      async handle(exchange) {
        const query = usageQuery(exchange);
        const rows = await reportUsage(database, query);
        if (exchange.query["format"] !== "csv") return list(rows.map(viewUsage));
        const columns = query.groupBy.flatMap((name) => (name === "user" ? ["user", "user_name"] : [name]));
        return csvAnswer(
          [...columns, ...USAGE_SUMS],
          rows.map((row) => [
            ...query.groupBy.flatMap((name) => {
              const value = row.group[name] ?? null;
              return name === "user" ? [value, row.userName ?? null] : [value];
            }),
            row.requests,
            row.promptTokens,
            row.cachedTokens,
            row.outputTokens,
            formatMoney(row.amount),
            row.firstTextMs?.p50 ?? null,
            row.firstTextMs?.p95 ?? null,
          ]),
        );
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/usage/recent",
      summary: "Count the requests that ended in the last five minutes, and those that the server failed",
      scope: "billing:read",
      async handle({ organizationId }) {
        const { requests, failed } = await recentUsage(
          database,
          organizationId,
          new Date(office.clock.nowMs() - RECENT_MS),
        );
        return {
          object: "recent_usage",
          seconds: RECENT_MS / 1000,
          requests,
          failed,
          requests_per_minute: requests / (RECENT_MS / 60_000),
        };
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/requests/:id",
      summary: "Explain one request: tokens, price, outcome, times",
      scope: "billing:read",
      handle: async ({ organizationId, params }) =>
        viewRequest(await explainRequest(database, organizationId, params["id"]!)),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/billing/verification",
      summary: "Prove that events, totals, journal and invoices agree",
      scope: "operator",
      reach: "installation",
      async handle() {
        const found = await verifyBilling(database);
        const discrepancies = found.map((it) => ({
          what: it.what,
          organization_id: it.organizationId ?? null,
          recorded_pico: String(it.recorded),
          recomputed_pico: String(it.recomputed),
        }));
        return { agrees: found.length === 0, discrepancies };
      },
    }),
  ];
}

/** The columns of a file of usage, after those it is grouped by. */
const USAGE_SUMS = [
  "requests",
  "prompt_tokens",
  "cached_tokens",
  "output_tokens",
  "amount",
  "ttft_p50_ms",
  "ttft_p95_ms",
];
const MONTH_DAYS = 31;
const RECENT_MS = 300_000;
const DAY_MS = 86_400_000;

function usageQuery({ organizationId, query, office }: AdminExchange): UsageQuery {
  const to = instantOf(query, "to", new Date(office.clock.nowMs() + DAY_MS));
  const from = instantOf(query, "from", new Date(to.getTime() - MONTH_DAYS * DAY_MS));
  const names = (textOf(query, "group_by") ?? "day,model").split(",").filter((name) => name !== "");
  const groupBy = names.map((name) => {
    const dimension = USAGE_DIMENSIONS.find((known) => known === name);
    if (dimension !== undefined) return dimension;
    const message = `\`group_by\` may list ${USAGE_DIMENSIONS.join(", ")}; got ${name}`;
    throw new TramontaneError("invalid_request", message, { field: "group_by" });
  });
  const workspaceId = textOf(query, "workspace_id");
  return { organizationId, workspaceId, from, to, groupBy: [...new Set<UsageDimension>(groupBy)] };
}
