import { z } from "zod";
import { actorOf, parseMoney } from "#platform";
import type { BackOffice } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute } from "./admin-exchange.ts";
import { list, viewBudget, viewLimit } from "./views.ts";

const SCOPE = z.enum(["organization", "workspace", "key"]).default("organization");
const LimitBody = z.object({
  scope: SCOPE,
  scope_id: z.string().optional(),
  model: z.string().min(1).optional(),
  requests_per_second: z.number().positive().optional(),
  tokens_per_minute: z.int().positive().optional(),
  tokens_per_month: z.int().min(0).optional(),
  concurrent_requests: z.int().positive().optional(),
});
const BudgetBody = z.object({
  scope: SCOPE,
  scope_id: z.string().optional(),
  period: z.enum(["month", "total"]).default("month"),
  cap: z.string(),
  at_cap: z.enum(["stop", "warn", "overage"]).default("stop"),
});

/** Limits and budgets. */
export function limitDoors(office: BackOffice): readonly Route[] {
  const { limits, budgets } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/limits",
      summary: "List the limits",
      scope: "admin",
      handle: async ({ organizationId }) => list((await limits.list(organizationId)).map(viewLimit)),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/limits",
      summary: "Set the limits of a scope and model, in place of those it had",
      scope: "admin",
      body: LimitBody,
      async handle({ caller, organizationId }, body) {
        const rule = {
          organizationId,
          scope: body.scope,
          scopeId: body.scope_id ?? organizationId,
          model: body.model,
          requestsPerSecond: body.requests_per_second,
          tokensPerMinute: body.tokens_per_minute,
          tokensPerMonth: body.tokens_per_month,
          concurrentRequests: body.concurrent_requests,
        };
        return viewLimit(await limits.set(rule, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/limits/:id",
      summary: "Remove limits",
      scope: "admin",
      async handle({ caller, organizationId, params }) {
        await limits.remove(organizationId, params["id"]!, actorOf(caller));
        return { id: params["id"], object: "limit", deleted: true };
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/budgets",
      summary: "List the budgets and what is spent of them",
      scope: "billing:read",
      handle: async ({ organizationId }) => list((await budgets.list(organizationId)).map(viewBudget)),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/budgets",
      summary: "Set the budget of a scope and period",
      scope: "billing:write",
      body: BudgetBody,
      async handle({ caller, organizationId }, body) {
        const { scope, period, at_cap: atCap } = body;
        const scopeId = body.scope_id ?? organizationId;
        const wanted = { organizationId, scope, scopeId, period, cap: parseMoney(body.cap), atCap };
        return viewBudget(await budgets.set(wanted, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/budgets/:id",
      summary: "Remove a budget",
      scope: "billing:write",
      async handle({ caller, organizationId, params }) {
        await budgets.remove(organizationId, params["id"]!, actorOf(caller));
        return { id: params["id"], object: "budget", deleted: true };
      },
    }),
  ];
}
