import { formatMoney } from "#platform";
import type {
  ApiKey,
  AuditRecord,
  Budget,
  Commitment,
  CreditGrant,
  Invoice,
  InvoiceLine,
  LimitRule,
  Invitation,
  Member,
  ModelName,
  Organization,
  PriceList,
  RequestExplanation,
  UsageRow,
  Workspace,
} from "#platform";

/** How the admin API shows things: names in snake case, times in ISO 8601, amounts as exact decimals in text. */
type View = Readonly<Record<string, unknown>>;

export const list = (data: readonly View[]): View => ({ object: "list", data });

export const viewOrganization = (it: Organization): View => ({
  object: "organization",
  id: it.id,
  name: it.name,
  status: it.status,
  created_at: it.createdAt,
});

export const viewWorkspace = (it: Workspace): View => ({
  object: "workspace",
  id: it.id,
  organization_id: it.organizationId,
  name: it.name,
  created_at: it.createdAt,
});

export const viewKey = (it: ApiKey): View => ({
  object: "api_key",
  id: it.id,
  workspace_id: it.workspaceId,
  name: it.name,
  prefix: it.prefix,
  scopes: it.scopes,
  models: it.models ?? null,
  created_by: it.createdBy,
  created_at: it.createdAt,
  expires_at: it.expiresAt ?? null,
  revoked_at: it.revokedAt ?? null,
  last_used_at: it.lastUsedAt ?? null,
});

export const viewInvitation = (it: Invitation): View => ({
  object: "invitation",
  id: it.id,
  email: it.email,
  role: it.role,
  expires_at: it.expiresAt,
});

export const viewMember = (it: Member): View => ({
  object: "member",
  id: it.userId,
  email: it.email,
  name: it.name,
  role: it.role,
  operator: it.isOperator,
  since: it.since,
});

export const viewLimit = (it: LimitRule): View => ({
  object: "limit",
  id: it.id,
  scope: it.scope,
  scope_id: it.scopeId,
  model: it.model ?? null,
  requests_per_second: it.requestsPerSecond ?? null,
  tokens_per_minute: it.tokensPerMinute ?? null,
  tokens_per_month: it.tokensPerMonth ?? null,
  concurrent_requests: it.concurrentRequests ?? null,
});

export const viewModelName = (it: ModelName): View => ({
  object: "model_name",
  workspace_id: it.workspaceId,
  name: it.name,
  model: it.model,
});

export const viewBudget = (it: Budget): View => ({
  object: "budget",
  id: it.id,
  scope: it.scope,
  scope_id: it.scopeId,
  model: it.model ?? null,
  period: it.period,
  cap: formatMoney(it.cap),
  at_cap: it.atCap,
  spent: formatMoney(it.spent),
  reserved: formatMoney(it.reserved),
  passed_at: it.passedAt ?? null,
});

export const viewUsage = (it: UsageRow): View => ({
  ...it.group,
  requests: it.requests,
  prompt_tokens: it.promptTokens,
  cached_tokens: it.cachedTokens,
  output_tokens: it.outputTokens,
  amount: formatMoney(it.amount),
  ttft_p50_ms: it.firstTextMs?.p50 ?? null,
  ttft_p95_ms: it.firstTextMs?.p95 ?? null,
  ...(it.group.user === undefined ? {} : { user_name: it.userName ?? null }),
});

export const viewPriceList = (it: PriceList): View => ({
  object: "price_list",
  id: it.id,
  name: it.name,
  currency: it.currency,
  valid_from: it.validFrom,
  items: it.items.map((item) => ({
    model: item.model,
    mode: item.mode,
    input_per_million: formatMoney(item.input * 1_000_000n),
    cached_input_per_million: formatMoney(item.cachedInput * 1_000_000n),
    output_per_million: formatMoney(item.output * 1_000_000n),
    commitment_eligible: item.commitmentEligible,
  })),
});

export const viewCredit = (it: CreditGrant): View => ({
  object: "credit",
  id: it.id,
  amount: formatMoney(it.amount),
  remaining: formatMoney(it.remaining),
  source: it.source,
  priority: it.priority,
  expires_at: it.expiresAt ?? null,
  expired_at: it.expiredAt ?? null,
  created_at: it.createdAt,
});

export const viewCommitment = (it: Commitment): View => ({
  object: "commitment",
  id: it.id,
  amount: formatMoney(it.amount),
  drawn: formatMoney(it.drawn),
  starts_at: it.startsAt,
  ends_at: it.endsAt,
  automatic_shortfall: it.automaticShortfall,
  status: it.status,
  milestones: it.milestones.map((milestone) => ({
    due_at: milestone.dueAt,
    amount: formatMoney(milestone.amount),
    shortfall: milestone.shortfall === undefined ? null : formatMoney(milestone.shortfall),
  })),
  draws: it.draws.map((draw) => ({
    invoice_id: draw.invoiceId,
    invoice_number: draw.invoiceNumber,
    period: draw.period,
    finalized_at: draw.finalizedAt,
    amount: formatMoney(draw.amount),
  })),
});

export const viewInvoice = (it: Invoice): View => ({
  object: "invoice",
  id: it.id,
  number: Number(it.number),
  kind: it.kind,
  period: it.period,
  currency: it.currency,
  total: formatMoney(it.total),
  finalized_at: it.finalizedAt,
  lines: it.lines.map(viewLine),
});

const viewLine = (it: InvoiceLine): View => ({
  kind: it.kind,
  description: it.description,
  model: it.model ?? null,
  unit: it.unit ?? null,
  quantity: String(it.quantity),
  unit_price: formatMoney(it.unitPrice),
  amount: formatMoney(it.amount),
  commitment_eligible: it.commitmentEligible,
});

export const viewAudit = (it: AuditRecord): View => ({
  sequence: Number(it.sequence),
  at: it.at,
  actor: it.actor,
  event: it.event,
  target: it.target,
  details: it.details,
  hash: it.hash,
});

export const viewRequest = (it: RequestExplanation): View => ({
  object: "request",
  id: it.requestId,
  workspace_id: it.workspaceId,
  api_key_id: it.keyId ?? null,
  model: it.model,
  operation: it.operation ?? null,
  outcome: it.outcome,
  endings: it.endings ?? null,
  at: it.at,
  duration_ms: it.durationMs ?? null,
  first_text_ms: it.firstTextMs ?? null,
  queue_ms: it.queueMs ?? null,
  prefill_ms: it.prefillMs ?? null,
  decode_ms: it.decodeMs ?? null,
  form_ms: it.formMs ?? null,
  engines: it.attempts,
  prompt_tokens: it.promptTokens,
  cached_tokens: it.cachedTokens,
  output_tokens: it.outputTokens,
  price: {
    list: it.priceList ?? null,
    valid_from: it.priceListFrom ?? null,
    discount_basis_points: it.discountBasisPoints,
    input_per_million: formatMoney(it.prices.input * 1_000_000n),
    cached_input_per_million: formatMoney(it.prices.cachedInput * 1_000_000n),
    output_per_million: formatMoney(it.prices.output * 1_000_000n),
  },
  amount: formatMoney(it.amount),
  policy_decisions: it.decisions.map((decision) => ({
    stage: decision.stage,
    outcome: decision.outcome,
    policy_version: decision.policyVersion,
    rule_number: decision.ruleNumber ?? null,
    rule: decision.rule ?? null,
    score: decision.score ?? null,
    threshold: decision.threshold ?? null,
    latency_ms: decision.latencyMs,
  })),
});
