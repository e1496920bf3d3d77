import { z } from "zod";
import { TramontaneError } from "#base";
import { actorOf, requireScope, ROLES, scopesOf } from "#platform";
import type { BackOffice, Caller, Member, Role } from "#platform";
import { readBody } from "#protocol";
import { presentedKeys } from "../authenticate.ts";
import { accept } from "../route.ts";
import type { Exchange, Route } from "../route.ts";
import { adminRoute } from "./admin-exchange.ts";
import { list, viewInvitation, viewMember } from "./views.ts";

const OperatorBody = z.object({ operator: z.boolean() });
const RoleBody = z.object({ role: z.enum(ROLES) });
const InvitationBody = z.object({ email: z.email().max(320), role: z.enum(ROLES) });
const AcceptBody = z.object({ token: z.string(), name: z.string().min(1).max(200), password: z.string().max(1000) });
const SignInBody = z.object({
  email: z.string().max(320),
  password: z.string().max(1000),
  organization_id: z.string().optional(),
});

/** People: inviting them, and their roles. */
export function memberDoors(office: BackOffice): readonly Route[] {
  const { members, workspaceMembers } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/members",
      summary: "List the members",
      scope: "admin",
      handle: async ({ organizationId }) => list((await members.list(organizationId)).map(viewMember)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/invitations",
      summary: "Invite somebody; the answer shows the invitation's token this once",
      scope: "admin",
      body: InvitationBody,
      async handle({ caller, organizationId }, { email, role }) {
        requireRole(caller, role);
        const { invitation, token } = await members.invite({ organizationId, email, role }, actorOf(caller));
        return { ...viewInvitation(invitation), token };
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/invitations",
      summary: "List the invitations that nobody has accepted yet",
      scope: "admin",
      handle: async ({ organizationId }) => list((await members.invitations(organizationId)).map(viewInvitation)),
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/invitations/:id",
      summary: "Take an invitation back",
      scope: "admin",
      async handle({ caller, organizationId, params }) {
        const id = params["id"]!;
        await members.withdraw({ organizationId, id }, actorOf(caller));
        return { object: "invitation", id, deleted: true };
      },
    }),
    adminRoute(office, {
      method: "PATCH",
      path: "/members/:id",
      summary: "Change a member's role",
      scope: "admin",
      body: RoleBody,
      async handle({ caller, organizationId, params }, { role }) {
        const userId = params["id"]!;
        requireRole(caller, role);
        await requireMight(office, caller, { organizationId, userId });
        return viewMember(await members.setRole({ organizationId, userId, role }, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/members/:id/operator",
      summary: "Let a member of the first organization run the installation, or no longer",
      scope: "operator",
      body: OperatorBody,
      async handle({ caller, organizationId, params }, { operator }) {
        if (organizationId !== office.firstWorkspace.organizationId) {
          throw new TramontaneError("invalid_request", "Operators are members of the first organization.");
        }
        const change = { organizationId, userId: params["id"]!, isOperator: operator };
        return viewMember(await members.setOperator(change, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/members/:id",
      summary: "Remove a member; their sessions end at once",
      scope: "admin",
      async handle({ caller, organizationId, params }) {
        const userId = params["id"]!;
        await requireMight(office, caller, { organizationId, userId });
        return viewMember(await members.remove({ organizationId, userId }, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/workspaces/:id/members",
      summary: "List the members that were put into a workspace; its administrators may enter it anyway",
      scope: "admin",
      handle: async ({ organizationId, params }) =>
        list(
          (await workspaceMembers.list({ organizationId, workspaceId: params["id"]! })).map(
            ({ userId: id, ...person }) => ({ object: "workspace_member", id, ...person }),
          ),
        ),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/workspaces/:id/members/:user",
      summary: "Put a member of the organization into a workspace",
      scope: "admin",
      async handle({ caller, organizationId, params: { id, user } }) {
        await workspaceMembers.add({ organizationId, workspaceId: id! }, user!, actorOf(caller));
        return { object: "workspace_member", id: user };
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/workspaces/:id/members/:user",
      summary: "Take a member out of a workspace; their sessions there end at once",
      scope: "admin",
      async handle({ caller, organizationId, params: { id, user } }) {
        await workspaceMembers.remove({ organizationId, workspaceId: id! }, user!, actorOf(caller));
        return { object: "workspace_member", id: user, deleted: true };
      },
    }),
  ];
}

/** Joining, signing in and out: for everybody, wherever the rest of the administration is. */
export function signInRoutes({ members, sessions }: BackOffice): readonly Route[] {
  return [
    publicDoor(
      { method: "POST", path: "/invitations/accept", summary: "Accept an invitation", body: AcceptBody },
      async (body) => viewMember(await members.accept(body)),
    ),
    publicDoor(
      { method: "POST", path: "/sessions", summary: "Sign in; the token is used like a key", body: SignInBody },
      async (body) => {
        const { email, password, organization_id: organizationId } = body;
        const { token, expiresAt } = await sessions.signIn({ email, password, organizationId });
        return { object: "session", token, expires_at: expiresAt };
      },
    ),
    {
      method: "DELETE",
      paths: ["/admin/v1/sessions"],
      group: "Administration",
      summary: "Sign out",
      async handle({ headers }) {
        for (const token of presentedKeys(headers)) await sessions.signOut(token);
        return { kind: "json", value: { object: "session", deleted: true } };
      },
    },
  ];
}

function publicDoor<S extends z.ZodObject>(
  door: { method: "POST"; path: string; summary: string; body: S },
  answer: (body: z.infer<S>) => Promise<unknown>,
): Route {
  return {
    method: door.method,
    paths: [`/admin/v1${door.path}`],
    group: "Administration",
    summary: door.summary,
    isPublic: true,
    body: door.body,
    handle: async (exchange: Exchange) => ({
      kind: "json",
      value: await answer(accept(readBody(door.body, exchange.body ?? {}), exchange).value),
    }),
  };
}

/** Nobody makes somebody mightier than himself. */
function requireRole(caller: Caller, role: Role): void {
  requireScopesOf(caller, { role, isOperator: false });
}

function requireScopesOf(caller: Caller, member: Pick<Member, "role" | "isOperator">): void {
  for (const scope of scopesOf(member)) requireScope(caller, scope);
}

/** Nor lays hands on who is. */
async function requireMight(
  office: BackOffice,
  caller: Caller,
  member: { organizationId: string; userId: string },
): Promise<void> {
  const found = (await office.members.list(member.organizationId)).find(({ userId }) => userId === member.userId);
  if (found !== undefined) requireScopesOf(caller, found);
}
