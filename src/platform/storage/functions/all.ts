import type { SchemaFunction } from "../schema-functions.ts";
import { budgetCounts } from "./budget-counts.ts";
import { lockBalances } from "./lock-balances.ts";
import { priceOf } from "./price-of.ts";
import { writeUsage } from "./write-usage.ts";

/** The database's functions, each after those it calls. */
export const FUNCTIONS: readonly SchemaFunction[] = [lockBalances, budgetCounts, priceOf, writeUsage];
