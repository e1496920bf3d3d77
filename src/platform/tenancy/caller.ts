import { TramontaneError } from "#base";

/** What a key or a member may do. */
export const SCOPES = [
  /** Ask models: chat, completion, embeddings, moderation, and read the model list. */
  "inference",
  /** Files, batches and fine-tuning jobs. */
  "jobs",
  /** Agents, conversations and libraries. */
  "agents",
  /** Read usage, prices and invoices. */
  "billing:read",
  /** Set budgets. */
  "billing:write",
  /** Keys, members, workspaces, limits, audit log. */
  "admin",
  /** The installation itself: organisations, price lists, terms, credit, commitments; and every organisation's affairs. */
  "operator",
] as const;

export type Scope = (typeof SCOPES)[number];

export const ROLES = ["owner", "admin", "billing", "developer", "member"] as const;

export type Role = (typeof ROLES)[number];

/** What a member of an organisation may do in it. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  owner: SCOPES.filter((scope) => scope !== "operator"),
  admin: ["inference", "jobs", "agents", "billing:read", "admin"],
  billing: ["billing:read", "billing:write"],
  developer: ["inference", "jobs", "agents", "billing:read"],
  member: ["inference", "agents"],
};

/** What a member may do: what the role may in the organisation, and what the installation's operators may. */
export function scopesOf({
  role,
  isOperator,
}: {
  readonly role: Role;
  readonly isOperator: boolean;
}): readonly Scope[] {
  return isOperator ? [...ROLE_SCOPES[role], "operator"] : ROLE_SCOPES[role];
}

/** Who asks, as established from a key or a session. */
export interface Caller {
  readonly organizationId: string;
  readonly workspaceId: string;
  /** The key used; undefined for a signed-in person. */
  readonly keyId: string | undefined;
  readonly userId: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** Models this key may use; undefined: all of the workspace's. */
  readonly models: ReadonlySet<string> | undefined;
}

/** Throws `forbidden` unless `caller` has `scope`. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  throw new TramontaneError("forbidden", `This key does not have the scope "${scope}".`, {
    hint: "Ask an administrator for a key with that scope.",
    details: { scope },
  });
}

/** Throws `forbidden` unless `caller` may use the model. */
export function requireModel(caller: Caller, model: string): void {
  if (caller.models === undefined || caller.models.has(model)) return;
  throw new TramontaneError("forbidden", `This key may not use the model "${model}".`, {
    field: "model",
    hint: `It may use: ${[...caller.models].join(", ")}.`,
  });
}

/** The audit log's word for the caller. */
export function actorOf(caller: Caller): string {
  return caller.userId === undefined ? `key:${caller.keyId}` : `user:${caller.userId}`;
}
