import type { Pico } from "../billing/money.ts";
import type { RefusedBy, UsageIntent } from "./usage-operation.ts";

/** An organisation's running totals, as locked by the transaction that works on them. */
export interface BalanceRow {
  readonly organization_id: string;
  readonly when_credit_ends: "stop" | "overage";
  sequence: bigint;
  spent: Pico;
  reserved: Pico;
  readonly credit: Pico;
  readonly uncovered: Pico;
  /** How many budgets the organisation has. */
  readonly budgets: number;
}

export interface BudgetRow {
  readonly id: string;
  readonly organization_id: string;
  readonly scope: "organization" | "workspace" | "key";
  readonly scope_id: string;
  readonly period: "month" | "total";
  readonly cap: Pico;
  readonly at_cap: "stop" | "warn" | "overage";
  period_start: Date;
  spent: Pico;
  reserved: Pico;
  warned_at: Date | null;
}

/** Whose money a request costs. */
export interface Spender {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly keyId: string | undefined;
}

/** The first instant of a moment's month, in UTC. */
export function monthOf(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
}

/** Starts a budget's new month when it has begun. What is reserved stays reserved: those requests are still running. */
export function rollOver(budget: BudgetRow, now: Date): void {
  if (budget.period !== "month" || budget.period_start >= monthOf(now)) return;
  budget.period_start = monthOf(now);
  budget.spent = 0n;
  budget.warned_at = null;
}

export function concerns(budget: BudgetRow, spender: Spender): boolean {
  if (budget.organization_id !== spender.organizationId) return false;
  if (budget.scope === "workspace") return budget.scope_id === spender.workspaceId;
  if (budget.scope === "key") return budget.scope_id === spender.keyId;
  return true;
}

/**
 * Reserves a request's estimate in the balance and every budget it concerns, or in none: returns what refused it. A free
 * request is never refused.
 */
export function reserve(
  intent: UsageIntent,
  balance: BalanceRow,
  budgets: readonly BudgetRow[],
): RefusedBy | undefined {
  const { estimate, at } = intent;
  const concerned = budgets.filter((budget) => concerns(budget, intent));
  const refusal = estimate === 0n ? undefined : findRefusal(estimate, balance, concerned);
  if (refusal !== undefined) return refusal;
  balance.reserved += estimate;
  for (const budget of concerned) {
    budget.reserved += estimate;
    if (budget.spent + budget.reserved > budget.cap) budget.warned_at ??= at;
  }
  return undefined;
}

function findRefusal(estimate: Pico, balance: BalanceRow, concerned: readonly BudgetRow[]): RefusedBy | undefined {
  if (balance.when_credit_ends === "stop") {
    // What was billed beyond earlier credit is owed on an invoice; it does not eat the credit that came later.
    const committed = balance.spent - balance.uncovered + balance.reserved;
    const { credit: cap } = balance;
    if (committed + estimate > cap) return { budgetId: undefined, scope: "credit", cap, committed };
  }
  for (const budget of concerned) {
    const committed = budget.spent + budget.reserved;
    if (budget.at_cap === "stop" && committed + estimate > budget.cap)
      return { budgetId: budget.id, scope: budget.scope, cap: budget.cap, committed };
  }
  return undefined;
}

/** Turns a reservation into money spent. */
export function spend(
  settled: Spender & { readonly estimate: Pico; readonly amount: Pico },
  balance: BalanceRow,
  budgets: readonly BudgetRow[],
): void {
  for (const total of [balance, ...budgets.filter((budget) => concerns(budget, settled))]) {
    total.reserved -= settled.estimate;
    total.spent += settled.amount;
  }
}
