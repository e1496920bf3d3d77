import { z } from "zod";
import { actorOf, requireScope, SCOPES } from "#platform";
import type { BackOffice } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute, textOf } from "./admin-exchange.ts";
import { list, viewAudit, viewKey, viewOrganization, viewWorkspace } from "./views.ts";

const Named = z.object({ name: z.string().min(1).max(200) });
const NewKey = z.object({
  name: z.string().min(1).max(200),
  workspace_id: z.string().optional(),
  scopes: z.array(z.enum(SCOPES)).min(1).default(["inference"]),
  models: z.array(z.string().min(1)).min(1).optional(),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
const Status = z.object({ status: z.enum(["active", "suspended"]) });

/** Organisations, workspaces, keys and the audit log. */
export function tenancyDoors(office: BackOffice): readonly Route[] {
  const { organizations, keys, audit } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/organization",
      summary: "Show the organization",
      scope: "admin",
      handle: async ({ organizationId }) => viewOrganization(await organizations.get(organizationId)),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/organizations",
      summary: "List the organizations of the installation",
      scope: "operator",
      reach: "installation",
      handle: async () => list((await organizations.list()).map(viewOrganization)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/organizations",
      summary: "Make an organization with a workspace",
      scope: "operator",
      reach: "installation",
      body: Named,
      async handle({ caller }, { name }) {
        const made = await organizations.create(name, actorOf(caller));
        return { ...viewOrganization(made.organization), workspaces: [viewWorkspace(made.workspace)] };
      },
    }),
    adminRoute(office, {
      method: "PATCH",
      path: "/organization",
      summary: "Suspend an organization or let it go on",
      scope: "operator",
      body: Status,
      async handle({ caller, organizationId }, { status }) {
        await organizations.setStatus(organizationId, status, actorOf(caller));
        return viewOrganization(await organizations.get(organizationId));
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/workspaces",
      summary: "List the workspaces",
      scope: "admin",
      handle: async ({ organizationId }) => list((await organizations.workspaces(organizationId)).map(viewWorkspace)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/workspaces",
      summary: "Make a workspace",
      scope: "admin",
      body: Named,
      handle: async ({ caller, organizationId }, { name }) =>
        viewWorkspace(await organizations.createWorkspace({ organizationId, name, actor: actorOf(caller) })),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/api-keys",
      summary: "List the API keys of one `workspace_id` or all, without the keys",
      scope: "admin",
      handle: async ({ organizationId, query }) =>
        list((await keys.list(organizationId, textOf(query, "workspace_id"))).map(viewKey)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/api-keys",
      summary: "Make an API key; the answer shows it this once",
      scope: "admin",
      body: NewKey,
      async handle({ caller, organizationId }, body) {
        // Nobody gives away what he does not have.
        for (const scope of body.scopes) requireScope(caller, scope);
        const expiresAt = body.expires_at === undefined ? undefined : new Date(body.expires_at);
        const workspaceId = body.workspace_id ?? (await firstWorkspace(office, organizationId, caller.workspaceId));
        const wanted = {
          organizationId,
          workspaceId,
          name: body.name,
          scopes: body.scopes,
          models: body.models,
          expiresAt,
        };
        const { key, secret } = await keys.create(wanted, actorOf(caller));
        return { ...viewKey(key), key: secret };
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/api-keys/:id",
      summary: "Revoke an API key at once",
      scope: "admin",
      handle: async ({ caller, organizationId, params }) =>
        viewKey(await keys.revoke(organizationId, params["id"]!, actorOf(caller))),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/audit-log",
      summary: "Read the audit log, 1000 records from `after`",
      scope: "admin",
      handle: async ({ organizationId, query }) =>
        list(
          (await audit.read(organizationId, BigInt(/^\d{1,18}$/.exec(textOf(query, "after") ?? "")?.[0] ?? 0))).map(
            viewAudit,
          ),
        ),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/audit-log/verification",
      summary: "Recompute the audit log's hash chain",
      scope: "admin",
      async handle({ organizationId }) {
        const verdict = await audit.verify(organizationId);
        return verdict.intact
          ? { intact: true, records: Number(verdict.records), head_hash: verdict.headHash }
          : { intact: false, broken_at: Number(verdict.brokenAt) };
      },
    }),
  ];
}

/** Where a key belongs that names no workspace: the caller's own, or the organisation's first. */
async function firstWorkspace(office: BackOffice, organizationId: string, own: string): Promise<string> {
  const workspaces = await office.organizations.workspaces(organizationId);
  return (workspaces.find(({ id }) => id === own) ?? workspaces[0])?.id ?? own;
}
