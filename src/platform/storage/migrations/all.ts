import type { Migration } from "../migrate.ts";
import { metering } from "./0002-metering.ts";
import { tenancy } from "./0001-tenancy.ts";

/** Every step of the schema. Append; never edit one that has been released. */
export const MIGRATIONS: readonly Migration[] = [tenancy, metering];
