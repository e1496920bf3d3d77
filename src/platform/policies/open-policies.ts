import type { Clock, Logger } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Catalog } from "../catalog.ts";
import type { Database } from "../storage/database.ts";
import { DecisionLog } from "./decision-log.ts";
import { WorkspaceGuard } from "./policy-guard.ts";
import type { PolicyGuard } from "./policy-guard.ts";
import { PolicyStore } from "./policy-store.ts";
import { RuleClassifier } from "./rule-classifier.ts";
import type { RuleJudge } from "./rule-classifier.ts";
import { PolicyWorkbench } from "./workbench.ts";

/** A workspace's rules in plain words: kept, tried, enforced, and looked back on. */
export interface Policies {
  readonly store: PolicyStore;
  readonly workbench: PolicyWorkbench;
  readonly log: DecisionLog;
  readonly guard: PolicyGuard;
  readonly judge: RuleJudge;
  /** Resolves when every decision is written. Before the store closes. */
  close(): Promise<void>;
}

export interface PoliciesParts {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Judges in place of the models here. */
  readonly judge?: RuleJudge | undefined;
}

export function openPolicies(parts: PoliciesParts): Policies {
  const judge = parts.judge ?? new RuleClassifier(parts);
  const store = new PolicyStore(parts);
  const log = new DecisionLog(parts);
  return {
    store,
    log,
    judge,
    workbench: new PolicyWorkbench({ ...parts, store, judge }),
    guard: new WorkspaceGuard({ store, judge, log }),
    close: () => log.flush(),
  };
}
