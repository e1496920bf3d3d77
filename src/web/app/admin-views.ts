/** What the admin API shows. Amounts are exact decimals in text, times ISO 8601. */

export interface List<Item> {
  readonly data: readonly Item[];
}

/** A key; the key itself is shown only once, when it is made. */
export interface KeyView {
  readonly id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly models: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly workspace_id?: string;
  readonly expires_at?: string;
}

export interface UsageView {
  readonly hour?: string;
  readonly day?: string;
  readonly month?: string;
  readonly model?: string;
  readonly key?: string;
  readonly workspace?: string;
  /** Null: programs. */
  readonly user?: string | null;
  /** Null: programs, or somebody who has left. */
  readonly user_name?: string | null;
  readonly requests: number;
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly amount: string;
  /** Milliseconds to the first text; null: nothing was answered at once. */
  readonly ttft_p50_ms: number | null;
  readonly ttft_p95_ms: number | null;
}

/** What ended in the last minutes. */
export interface RecentUsageView {
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  readonly requests_per_minute: number;
}

export interface LoadView {
  readonly model: string;
  readonly running: number;
  /** Null: the model is not loaded. */
  readonly at_once: number | null;
  readonly waiting: number;
}

export interface WorkspaceView {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

export interface MemberView {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Runs the installation too. */
  readonly operator: boolean;
  readonly since: string;
}

export const ROLES = ["owner", "admin", "billing", "developer", "member"] as const;
export type Role = (typeof ROLES)[number];

export interface InvitationView {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expires_at: string;
}

export interface NewInvitation extends InvitationView {
  /** Shown this once. */
  readonly token: string;
}

export type LimitScope = "organization" | "workspace" | "key";

export interface LimitView {
  readonly id: string;
  readonly scope: LimitScope;
  readonly scope_id: string;
  readonly model: string | null;
  readonly requests_per_second: number | null;
  readonly tokens_per_minute: number | null;
  readonly tokens_per_month: number | null;
  readonly concurrent_requests: number | null;
}

export interface BudgetView {
  readonly id: string;
  readonly scope: LimitScope;
  readonly scope_id: string;
  readonly model: string | null;
  readonly period: "month" | "total";
  readonly cap: string;
  readonly at_cap: "stop" | "warn" | "overage";
  readonly spent: string;
  readonly reserved: string;
}

export interface CommitmentView {
  readonly id: string;
  readonly amount: string;
  readonly drawn: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly automatic_shortfall: boolean;
  readonly status: "active" | "completed" | "expired" | "canceled";
  readonly milestones: readonly {
    readonly due_at: string;
    readonly amount: string;
    readonly shortfall: string | null;
  }[];
  /** What each invoice drew, oldest first. */
  readonly draws: readonly DrawView[];
}

export interface DrawView {
  readonly invoice_id: string;
  readonly invoice_number: number;
  readonly period: string;
  readonly finalized_at: string;
  readonly amount: string;
}

export interface CreditView {
  readonly id: string;
  readonly amount: string;
  readonly remaining: string;
  readonly source: "purchase" | "promotion" | "shortfall";
  readonly expires_at: string | null;
}

export interface InvoiceView {
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly period: string;
  readonly currency: string;
  readonly total: string;
  readonly finalized_at: string;
}

export interface TermsView {
  readonly price_list: string | null;
  readonly discount_basis_points: number;
  readonly when_credit_ends: "stop" | "overage";
}

export interface AuditView {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly target: string;
  readonly details: unknown;
}

export interface RequestView {
  readonly amount: string;
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly first_text_ms: number | null;
  readonly duration_ms: number | null;
}

export interface OfferView {
  readonly id: string;
  readonly source: "file" | "remote" | "hub";
  readonly state: "idle" | "loading" | "ready" | "failed" | "not_pulled";
  readonly summary: string | null;
  readonly architecture: string | null;
  readonly parameters: string | null;
  readonly licence: string | null;
  readonly context_tokens: number;
  readonly capabilities: Readonly<Record<"chat" | "embeddings" | "tools" | "json" | "vision", boolean>>;
  readonly file_bytes: number | null;
  readonly memory_bytes: number | null;
  readonly fits: boolean;
}

export interface OfferList extends List<OfferView> {
  readonly machine: { readonly memory_bytes: number; readonly disk_bytes: number };
}

export const PULL_STEPS = ["pull", "verify", "load", "warm"] as const;

/** Bringing a model into service: four steps, in order. */
export interface PullView {
  readonly id: string;
  readonly model: string;
  readonly step: (typeof PULL_STEPS)[number];
  readonly done_bytes: number;
  readonly total_bytes: number | null;
  /** Of the step, in [0, 1]. */
  readonly fraction: number;
  readonly status: "running" | "cancelling" | "done" | "failed" | "cancelled";
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  readonly created_at: string;
}
