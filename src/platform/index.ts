export { download } from "./pull/download.ts";
export { downloadUrl, OPEN_WEIGHTS } from "./pull/open-weights.ts";
export type { OpenWeights } from "./pull/open-weights.ts";
export { isSqlState } from "./storage/database.ts";
export type { Database, Queryable, StoreDescription } from "./storage/database.ts";
export { migrate } from "./storage/migrate.ts";
export type { Migration } from "./storage/migrate.ts";
export { openDatabase } from "./storage/open-database.ts";
export type { StorageOptions } from "./storage/open-database.ts";
