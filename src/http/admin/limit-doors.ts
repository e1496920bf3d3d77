import { z } from "zod";
import { actorOf, parseMoney } from "#platform";
import type { BackOffice } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute, textOf } from "./admin-exchange.ts";
import { list, viewBudget, viewLimit, viewModelName } from "./views.ts";

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
  model: z.string().min(1).optional(),
  period: z.enum(["month", "total"]).default("month"),
  cap: z.string(),
  at_cap: z.enum(["stop", "warn", "overage"]).default("stop"),
});

const NameBody = z.object({
  workspace_id: z.string().optional().describe("The caller's, if left out."),
  name: z.string().regex(/^[\w.:/@-]{1,128}$/),
  model: z.string().min(1).max(128).describe("A name of GET /v1/models; it may be served later than it is named."),
});

/** Limits, budgets, and workspaces' own names for models. */
export function limitDoors(office: BackOffice): readonly Route[] {
  const { limits, budgets, modelNames } = office;
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
      summary: "Set the budget of a scope, model and period",
      scope: "billing:write",
      body: BudgetBody,
      async handle({ caller, organizationId }, body) {
        const { scope, model, period, at_cap: atCap } = body;
        const scopeId = body.scope_id ?? organizationId;
        const wanted = { organizationId, scope, scopeId, model, period, cap: parseMoney(body.cap), atCap };
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
    adminRoute(office, {
      method: "GET",
      path: "/model-names",
      summary: "List the names that workspaces have of their own for models",
      scope: "admin",
      handle: async ({ organizationId }) => list((await modelNames.list(organizationId)).map(viewModelName)),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/model-names",
      summary: "Give a model a name in a workspace, or change what the name means",
      scope: "admin",
      body: NameBody,
      async handle({ caller, organizationId }, { workspace_id: workspaceId = caller.workspaceId, name, model }) {
        return viewModelName(await modelNames.set({ organizationId, workspaceId }, { name, model }, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/model-names/:name",
      summary: "Remove a workspace's name for a model",
      scope: "admin",
      async handle({ caller, organizationId, params, query }) {
        const workspaceId = textOf(query, "workspace_id") ?? caller.workspaceId;
        await modelNames.remove({ organizationId, workspaceId }, params["name"]!, actorOf(caller));
        return { name: params["name"], object: "model_name", deleted: true };
      },
    }),
  ];
}
