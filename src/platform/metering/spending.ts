import type { Pico } from "../billing/money.ts";

/** A budget as the table holds it. */
export interface BudgetRow {
  readonly id: string;
  readonly organization_id: string;
  readonly scope: "organization" | "workspace" | "key";
  readonly scope_id: string;
  readonly model: string | null;
  readonly period: "month" | "total";
  readonly cap: Pico;
  readonly at_cap: "stop" | "warn" | "overage";
  readonly period_start: Date;
  readonly spent: Pico;
  readonly reserved: Pico;
  readonly warned_at: Date | null;
}

/** Whose money a request costs. */
export interface Spender {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly keyId: string | undefined;
  /** Who is signed in; undefined for programs. */
  readonly userId?: string | undefined;
}

/** The first instant of a moment's month, in UTC. */
export function monthOf(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
}
