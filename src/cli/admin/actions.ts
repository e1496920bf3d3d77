import type { FieldName } from "./fields.ts";

/** One thing to do over the admin API: how it is called, and what it asks the server. */
export interface AdminAction {
  /** A thing and what is done with it, such as `members invite`. */
  readonly name: string;
  readonly summary: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/admin/v1`; `:id` is the operand of that name. */
  readonly path: string;
  /** What must stand after the name, in order: ids of the path, and fields. */
  readonly operands?: readonly (FieldName | "id" | "user")[];
  /** Options. Like operands that are not in the path, fields of the body, or of the query where there is no body. */
  readonly fields?: readonly FieldName[];
  /** Fields that are always the same. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Whether the body, or what of it is no option, may come from a file of JSON. */
  readonly takesFile?: boolean;
  /** Those that go into the query although there is a body. */
  readonly query?: readonly FieldName[];
  /** Columns of a list. */
  readonly columns?: readonly string[];
  /** Of a list in pages: the field of the last row that the next page begins after. */
  readonly pagedBy?: string;
}

const act = (
  name: string,
  door: `${AdminAction["method"]} /${string}`,
  summary: string,
  more: Omit<AdminAction, "name" | "method" | "path" | "summary"> = {},
): AdminAction => {
  const [method, path] = door.split(" ") as [AdminAction["method"], string];
  return { name, method, path, summary, ...more };
};

/** Named, so that nobody suspends his own by leaving it out. */
const ONE = { operands: ["organization_id"], query: ["organization_id"] } as const;
const RULE = ["scope", "scope_id", "model"] as const;
const RATES = ["requests_per_second", "tokens_per_minute", "tokens_per_month", "concurrent_requests"] as const;

const TENANCY: readonly AdminAction[] = [
  act("organizations list", "GET /organizations", "All organizations of the installation", {
    columns: ["id", "name", "status", "created_at"],
  }),
  act("organizations create", "POST /organizations", "Make an organization with a workspace", { operands: ["name"] }),
  act("organizations show", "GET /organization", "One organization", ONE),
  act("organizations suspend", "PATCH /organization", "Its keys stop working; nothing is deleted", {
    ...ONE,
    fixed: { status: "suspended" },
  }),
  act("organizations resume", "PATCH /organization", "Let it go on", { ...ONE, fixed: { status: "active" } }),
  act("workspaces list", "GET /workspaces", "The workspaces", { columns: ["id", "name", "created_at"] }),
  act("workspaces create", "POST /workspaces", "Make a workspace", { operands: ["name"] }),
  act("workspaces members", "GET /workspaces/:id/members", "Members that were put into it", {
    operands: ["id"],
    columns: ["id", "email", "name"],
  }),
  act("workspaces admit", "PUT /workspaces/:id/members/:user", "Put a member into it", { operands: ["id", "user"] }),
  act("workspaces dismiss", "DELETE /workspaces/:id/members/:user", "Take a member out of it", {
    operands: ["id", "user"],
  }),
  act("members list", "GET /members", "The members and their roles", {
    columns: ["id", "email", "name", "role", "operator"],
  }),
  act("members invite", "POST /invitations", "Invite somebody; the token is shown this once", {
    operands: ["email", "role"],
  }),
  act("members role", "PATCH /members/:id", "Change a member's role", { operands: ["id", "role"] }),
  act("members promote", "PUT /members/:id/operator", "Let a member run the installation", {
    operands: ["id"],
    fixed: { operator: true },
  }),
  act("members demote", "PUT /members/:id/operator", "Let a member no longer run it", {
    operands: ["id"],
    fixed: { operator: false },
  }),
  act("members remove", "DELETE /members/:id", "Remove a member; their sessions end at once", { operands: ["id"] }),
  act("invitations list", "GET /invitations", "Invitations that nobody has accepted yet", {
    columns: ["id", "email", "role", "expires_at"],
  }),
  act("invitations withdraw", "DELETE /invitations/:id", "Take an invitation back", { operands: ["id"] }),
  act("keys list", "GET /api-keys", "The API keys, without the keys", {
    columns: ["id", "prefix", "name", "scopes", "expires_at", "revoked_at", "last_used_at"],
  }),
  act("keys create", "POST /api-keys", "Make an API key; it is shown this once", {
    operands: ["name"],
    fields: ["workspace_id", "scopes", "models", "expires_at"],
  }),
  act("keys revoke", "DELETE /api-keys/:id", "Revoke an API key at once", { operands: ["id"] }),
  act("audit export", "GET /audit-log", "The audit log, all of it or after a record", {
    fields: ["after"],
    columns: ["sequence", "at", "actor", "event", "target", "details", "hash"],
    pagedBy: "sequence",
  }),
  act("audit verify", "GET /audit-log/verification", "Recompute the audit log's hash chain"),
];

const MODELS: readonly AdminAction[] = [
  act("deployments list", "GET /models", "Models served here, and those that can be pulled", {
    columns: ["id", "source", "state", "parameters", "context_tokens", "memory_bytes", "fits", "licence"],
  }),
  act("deployments load", "POST /deployments", "Load a model whose file is here", { operands: ["model"] }),
  act("deployments unload", "DELETE /deployments/:model", "Free a model's memory", { operands: ["model"] }),
  act("deployments engines", "GET /engines", "Servers that remote models run on, and how they are", {
    columns: ["model", "host", "state", "problem"],
  }),
  act("deployments busy", "GET /load", "What runs, may run at once, and waits", {
    columns: ["model", "state", "running", "at_once", "waiting"],
  }),
  act("pulls list", "GET /pulls", "Models on their way into service", {
    columns: ["id", "model", "step", "fraction", "status"],
  }),
  act("pulls start", "POST /pulls", "Download, verify, load and warm up a model", {
    operands: ["model"],
    fields: ["url", "sha256"],
  }),
  act("pulls cancel", "POST /pulls/:id/cancel", "Stop a pull; what was downloaded is kept", { operands: ["id"] }),
  act("pulls resume", "POST /pulls/:id/resume", "Go on with a pull that stopped", { operands: ["id"] }),
  act("names list", "GET /model-names", "Names that workspaces have of their own for models", {
    columns: ["workspace_id", "name", "model"],
  }),
  act("names set", "PUT /model-names", "Give a model a name in a workspace", {
    operands: ["name", "model"],
    fields: ["workspace_id"],
  }),
  act("names remove", "DELETE /model-names/:name", "Remove a workspace's name for a model", {
    operands: ["name"],
    fields: ["workspace_id"],
  }),
];

const MONEY: readonly AdminAction[] = [
  act("prices list", "GET /price-lists", "Every version of every price list", {
    columns: ["name", "currency", "valid_from", "items"],
  }),
  act("prices add", "POST /price-lists", "Add a version of a price list, from a file", { takesFile: true }),
  act("terms show", "GET /billing/terms", "How the organization is billed"),
  act("terms set", "PUT /billing/terms", "Its price list, discount, and what happens when credit ends", {
    fields: ["price_list", "discount_basis_points", "when_credit_ends"],
  }),
  act("credits list", "GET /credits", "The credit, in the order it is drawn", {
    columns: ["id", "amount", "remaining", "source", "priority", "expires_at"],
  }),
  act("credits grant", "POST /credits", "Grant credit", {
    operands: ["amount"],
    fields: ["source", "priority", "expires_at"],
  }),
  act("commitments list", "GET /commitments", "The commitments and what is drawn of them", {
    columns: ["id", "amount", "drawn", "starts_at", "ends_at", "status"],
  }),
  act("commitments agree", "POST /commitments", "Agree on a commitment; milestones come from a file", {
    operands: ["amount", "starts_at", "ends_at"],
    fields: ["automatic_shortfall"],
    takesFile: true,
  }),
  act("invoices list", "GET /invoices", "The invoices, newest first", {
    columns: ["number", "period", "kind", "total", "currency", "id"],
  }),
  act("invoices show", "GET /invoices/:id", "One invoice with its lines", { operands: ["id"], fields: ["format"] }),
  act("usage export", "GET /usage", "Sums of what was used, with its cost", {
    fields: ["from", "to", "group_by", "format"],
  }),
  act("usage recent", "GET /usage/recent", "Requests of the last five minutes, and those that failed"),
  act("usage explain", "GET /requests/:id", "One request: tokens, price, times, policy", { operands: ["id"] }),
  act("usage verify", "GET /billing/verification", "Prove that events, journal and invoices agree"),
];

const RULES: readonly AdminAction[] = [
  act("limits list", "GET /limits", "The limits", { columns: ["id", ...RULE, ...RATES] }),
  act("limits set", "PUT /limits", "Set the limits of a scope and model, in place of those it had", {
    fields: [...RULE, ...RATES],
  }),
  act("limits remove", "DELETE /limits/:id", "Remove limits", { operands: ["id"] }),
  act("budgets list", "GET /budgets", "The budgets and what is spent of them", {
    columns: ["id", "scope", "scope_id", "model", "period", "cap", "spent", "reserved", "at_cap"],
  }),
  act("budgets set", "PUT /budgets", "Set the budget of a scope, model and period", {
    operands: ["cap"],
    fields: [...RULE, "period", "at_cap"],
  }),
  act("budgets remove", "DELETE /budgets/:id", "Remove a budget", { operands: ["id"] }),
  act("policies show", "GET /policy", "A workspace's policy, its draft, and advice", { fields: ["workspace_id"] }),
  act("policies draft", "PUT /policy/draft", "Keep a draft from a file; nothing changes for anybody yet", {
    query: ["workspace_id"],
    takesFile: true,
  }),
  act("policies publish", "POST /policy/publish", "Put the draft in force as a new version", {
    fields: ["note"],
    query: ["workspace_id"],
  }),
  act("policies discard", "DELETE /policy/draft", "Drop the draft", { fields: ["workspace_id"] }),
  act("policies list", "GET /policy/versions", "The versions of a policy, newest first", {
    fields: ["workspace_id"],
    columns: ["version", "published_at", "published_by", "note"],
  }),
  act("policies roll-back", "POST /policy/roll-back", "Put an earlier version in force again", {
    operands: ["version"],
    fields: ["note"],
    query: ["workspace_id"],
  }),
  act("policies decisions", "GET /policy/decisions", "What was refused, warned about or logged, and by which rule", {
    fields: ["workspace_id"],
    columns: ["at", "outcome", "stage", "rule_number", "rule", "request_id"],
  }),
];

/** Everything that `tramontane admin` can do, in the order of its help. */
export const ACTIONS: readonly AdminAction[] = [...TENANCY, ...MODELS, ...MONEY, ...RULES];
