export { download } from "./pull/download.ts";
export { downloadUrl, OPEN_WEIGHTS } from "./pull/open-weights.ts";
export type { OpenWeights } from "./pull/open-weights.ts";
export { isSqlState } from "./storage/database.ts";
export type { Database, Queryable, StoreDescription } from "./storage/database.ts";
export { migrate } from "./storage/migrate.ts";
export type { Migration } from "./storage/migrate.ts";
export { openDatabase } from "./storage/open-database.ts";
export type { StorageOptions } from "./storage/open-database.ts";
export { AuditLog } from "./audit/audit-log.ts";
export type { AuditEntry, AuditRecord, AuditVerdict } from "./audit/audit-log.ts";
export { MIGRATIONS } from "./storage/migrations/all.ts";
export type { ApiKey, ApiKeys, NewApiKey } from "./tenancy/api-keys.ts";
export type { CredentialHeaders } from "./tenancy/authenticator.ts";
export { actorOf, requireModel, requireScope, ROLE_SCOPES, ROLES, SCOPES } from "./tenancy/caller.ts";
export type { Caller, Role, Scope } from "./tenancy/caller.ts";
export { openTenancy } from "./tenancy/open-tenancy.ts";
export type { Tenancy, TenancyOptions } from "./tenancy/open-tenancy.ts";
export type { Organization, Organizations, Workspace } from "./tenancy/organizations.ts";
export { uuidv7 } from "./uuid.ts";
export { Catalog, CHAT_ALIASES_OF_2402 } from "./catalog.ts";
export { Deployment } from "./deployment.ts";
export type { DeploymentSpec, DeploymentState, LoadedModel } from "./deployment.ts";
export { openGate } from "./inference/call.ts";
export type {
  Admission,
  AdmissionRequest,
  Call,
  Gate,
  LimitState,
  Operation,
  Outcome,
  RequestSize,
} from "./inference/call.ts";
export { createInference } from "./inference/inference.ts";
export type { AnswerStream, Inference, InferenceParts } from "./inference/inference.ts";
export { silentObserver } from "./inference/observe.ts";
export type { InferenceObserver } from "./inference/observe.ts";
export { openBackOffice } from "./back-office.ts";
export type { BackOffice, BackOfficeOptions } from "./back-office.ts";
export { openBatches } from "./batches/open-batches.ts";
export type { OpenBatches, OpenBatchesParts } from "./batches/open-batches.ts";
export type { Batches, BatchQuery } from "./batches/batches.ts";
export { Agents } from "./agents/agents.ts";
export { agentChatBody } from "./agents/agent-chat.ts";
export { Conversations } from "./agents/conversations.ts";
export type { ConversationTurn } from "./agents/conversations.ts";
export { adviseOn } from "./policies/advise.ts";
export type { Decision, DecisionLog, DecisionQuery, LoggedDecision, RulePrecision } from "./policies/decision-log.ts";
export { openPolicies } from "./policies/open-policies.ts";
export type { Policies, PoliciesParts } from "./policies/open-policies.ts";
export { diffPolicies } from "./policies/policy-diff.ts";
export type { PolicyDiff, RuleChange, SettingChange } from "./policies/policy-diff.ts";
export type { GuardedRequest, PolicyGuard, PolicyWatch } from "./policies/policy-guard.ts";
export type { PolicyOwner, PolicyStore, PolicyVersion, StoredPolicy } from "./policies/policy-store.ts";
export type { Case, Judgement, RuleJudge } from "./policies/rule-classifier.ts";
export { RULE_TEMPLATES } from "./policies/templates.ts";
export type { RuleTemplate } from "./policies/templates.ts";
export type { PolicyWorkbench, ReplayedMessage } from "./policies/workbench.ts";
export { Files } from "./files/files.ts";
export type { FileContent, FileQuery, NewFile } from "./files/files.ts";
export { formatMoney, parseMoney } from "./billing/money.ts";
export type { Pico } from "./billing/money.ts";
export type { PriceItem, PriceList, PriceLists } from "./billing/price-lists.ts";
export type { Discrepancy } from "./billing/verify-usage.ts";
export type { LimitRule, LimitRules, Limits } from "./limits/limit-rules.ts";
export type { Budget, Budgets, NewBudget } from "./metering/budgets.ts";
export { deployModels } from "./models/deploy-models.ts";
export { findModelFiles } from "./models/model-files.ts";
export type { ModelFile } from "./models/model-files.ts";
export { ModelMemory } from "./models/model-memory.ts";
export { getBillingTerms, setBillingTerms } from "./billing/billing-terms.ts";
export type { BillingTerms } from "./billing/billing-terms.ts";
export { closeAllBooks, closeBooks } from "./billing/close-books.ts";
export type { Commitment, Commitments, Milestone, NewCommitment } from "./billing/commitments.ts";
export type { CreditGrant, Credits, NewCreditGrant } from "./billing/credits.ts";
export { february2024 } from "./billing/february-2024.ts";
export type { InvoiceLine } from "./billing/invoice-lines.ts";
export type { Invoice, Invoices } from "./billing/invoices.ts";
export { verifyBilling } from "./billing/verify-ledger.ts";
export { explainRequest } from "./metering/explain-request.ts";
export type { RequestExplanation } from "./metering/explain-request.ts";
export { reportUsage, USAGE_DIMENSIONS } from "./metering/usage-report.ts";
export type { UsageDimension, UsageQuery, UsageRow } from "./metering/usage-report.ts";
export { backup, restore } from "./storage/backup.ts";
export type { BackupParts, BackupSize } from "./storage/backup.ts";
export type { ChatOwner, ChatUser } from "./chats/chat-store.ts";
export type { Chats } from "./chats/chats.ts";
export { asJson, asMarkdown } from "./chats/export.ts";
export { openChatApp } from "./chats/open-chat-app.ts";
export type { ChatApp, ChatAppOptions } from "./chats/open-chat-app.ts";
export { SESSION_DAYS } from "./sessions/app-sessions.ts";
export type { AppSessions, SignedIn } from "./sessions/app-sessions.ts";
export { RemoteDeployment } from "./upstream/remote-deployment.ts";
export { RemoteModel } from "./upstream/remote-model.ts";
export { parseRemoteModels } from "./upstream/remote-model-spec.ts";
export type { RemoteModelSpec } from "./upstream/remote-model-spec.ts";
export type { Invitation, Member, Members } from "./tenancy/members.ts";
export type { MemberSessions } from "./tenancy/member-sessions.ts";
