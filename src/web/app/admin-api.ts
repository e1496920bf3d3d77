import type { BatchJob } from "#protocol";
import type {
  AuditView,
  BudgetView,
  CommitmentView,
  CreditView,
  InvitationView,
  InvoiceView,
  KeyView,
  LimitView,
  List,
  LoadView,
  MemberView,
  NewInvitation,
  NewKey,
  OfferList,
  PullView,
  RecentUsageView,
  RequestView,
  Role,
  TermsView,
  UsageView,
  WorkspaceView,
} from "./admin-views.ts";
import type { ApiCall } from "./api.ts";

interface UsageQuery {
  /** First day, such as 2026-02-01. */
  readonly from: string;
  readonly groupBy: string;
  /** Of one workspace; undefined: of all. */
  readonly workspace?: string | undefined;
}

/** The doors that programs use too, with the session of whoever is signed in. */
export class AdminApi {
  readonly #call: ApiCall;

  constructor(call: ApiCall) {
    this.#call = call;
  }

  keys = (): Promise<readonly KeyView[]> => this.#list("/api-keys");
  createKey = (key: NewKey): Promise<KeyView & { readonly key: string }> => this.#change("POST", "/api-keys", key);
  revokeKey = (id: string): Promise<KeyView> => this.#change("DELETE", `/api-keys/${id}`);

  usage = (query: UsageQuery): Promise<readonly UsageView[]> => this.#list(usagePath(query));
  usageCsv = (query: UsageQuery): Promise<string> => this.#call("GET", `/admin/v1${usagePath(query)}&format=csv`);
  recentUsage = (): Promise<RecentUsageView> => this.#call("GET", "/admin/v1/usage/recent");
  load = (): Promise<readonly LoadView[]> => this.#list("/load");
  request = (id: string): Promise<RequestView> => this.#call("GET", `/admin/v1/requests/${id}`);

  commitments = (): Promise<readonly CommitmentView[]> => this.#list("/commitments");
  createCommitment = (wanted: {
    readonly amount: string;
    readonly starts_at: string;
    readonly ends_at: string;
    readonly automatic_shortfall: boolean;
  }): Promise<CommitmentView> => this.#change("POST", "/commitments", wanted);
  credits = (): Promise<readonly CreditView[]> => this.#list("/credits");
  invoices = (): Promise<readonly InvoiceView[]> => this.#list("/invoices");
  terms = (): Promise<TermsView> => this.#call("GET", "/admin/v1/billing/terms");

  /** The currency of the price list that holds for the organisation. */
  async currency(): Promise<string> {
    const { price_list: name } = await this.terms();
    const lists = await this.#list<{ readonly name: string; readonly currency: string }>("/price-lists");
    return lists.find((list) => list.name === name)?.currency ?? "EUR";
  }

  limits = (): Promise<readonly LimitView[]> => this.#list("/limits");
  setLimit = (limit: Readonly<Record<string, unknown>>): Promise<LimitView> => this.#change("PUT", "/limits", limit);
  removeLimit = (id: string): Promise<unknown> => this.#change("DELETE", `/limits/${id}`);
  budgets = (): Promise<readonly BudgetView[]> => this.#list("/budgets");
  setBudget = (budget: Readonly<Record<string, unknown>>): Promise<BudgetView> =>
    this.#change("PUT", "/budgets", budget);
  removeBudget = (id: string): Promise<unknown> => this.#change("DELETE", `/budgets/${id}`);

  workspaces = (): Promise<readonly WorkspaceView[]> => this.#list("/workspaces");
  workspaceMembers = (id: string): Promise<readonly Pick<MemberView, "id" | "name" | "email">[]> =>
    this.#list(`/workspaces/${id}/members`);
  setWorkspaceMember = (id: string, member: string, isIn: boolean): Promise<unknown> =>
    this.#change(isIn ? "PUT" : "DELETE", `/workspaces/${id}/members/${member}`);
  createWorkspace = (name: string): Promise<WorkspaceView> => this.#change("POST", "/workspaces", { name });
  members = (): Promise<readonly MemberView[]> => this.#list("/members");
  invite = (email: string, role: Role): Promise<NewInvitation> => this.#change("POST", "/invitations", { email, role });
  invitations = (): Promise<readonly InvitationView[]> => this.#list("/invitations");
  withdrawInvitation = (id: string): Promise<unknown> => this.#change("DELETE", `/invitations/${id}`);
  setOperator = (id: string, operator: boolean): Promise<MemberView> =>
    this.#change("PUT", `/members/${id}/operator`, { operator });
  setRole = (id: string, role: Role): Promise<MemberView> => this.#change("PATCH", `/members/${id}`, { role });
  removeMember = (id: string): Promise<MemberView> => this.#change("DELETE", `/members/${id}`);

  audit = (after: number): Promise<readonly AuditView[]> => this.#list(`/audit-log?after=${after}`);
  verifyAudit = (): Promise<{ readonly intact: boolean; readonly records?: number; readonly broken_at?: number }> =>
    this.#call("GET", "/admin/v1/audit-log/verification");

  models = (): Promise<OfferList> => this.#call("GET", "/admin/v1/models");
  pulls = (): Promise<readonly PullView[]> => this.#list("/pulls");
  pull = (wanted: { readonly model: string; readonly url?: string }): Promise<PullView> =>
    this.#change("POST", "/pulls", wanted);
  cancelPull = (id: string): Promise<PullView> => this.#change("POST", `/pulls/${id}/cancel`);
  resumePull = (id: string): Promise<PullView> => this.#change("POST", `/pulls/${id}/resume`);
  deploy = (model: string): Promise<PullView> => this.#change("POST", "/deployments", { model });
  unload = (model: string): Promise<unknown> => this.#change("DELETE", `/deployments/${encodeURIComponent(model)}`);

  batches = async (): Promise<readonly BatchJob[]> =>
    (await this.#call<List<BatchJob>>("GET", "/v1/batch/jobs?page_size=50")).data;
  startBatch = (batch: Readonly<Record<string, unknown>>): Promise<BatchJob> =>
    this.#call("POST", "/v1/batch/jobs", { body: batch });
  cancelBatch = (id: string): Promise<BatchJob> => this.#call("POST", `/v1/batch/jobs/${id}/cancel`);
  removeBatch = (id: string): Promise<unknown> => this.#call("DELETE", `/v1/batch/jobs/${id}`);
  /** Sends a file of requests; its id. */
  async uploadBatchFile(file: File): Promise<string> {
    const form = new FormData();
    form.append("purpose", "batch");
    form.append("file", file);
    return (await this.#call<{ readonly id: string }>("POST", "/v1/files", { body: form })).id;
  }
  fileText = (id: string): Promise<Blob> => this.#call("GET", `/v1/files/${id}/content`, { asFile: true });

  async #list<Item>(path: string): Promise<readonly Item[]> {
    return (await this.#call<List<Item>>("GET", `/admin/v1${path}`)).data;
  }

  #change<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    return this.#call(method, `/admin/v1${path}`, body === undefined ? {} : { body });
  }
}

function usagePath({ from, groupBy, workspace }: UsageQuery): string {
  return `/usage?group_by=${groupBy}&from=${from}${workspace === undefined ? "" : `&workspace_id=${workspace}`}`;
}
