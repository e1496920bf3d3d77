/**
 * The one seam to the relational store, in PostgreSQL's dialect. `$1`, `$2` … are parameters; text is never spliced into SQL.
 * Types that come back: bigint → `bigint`, numeric → `string`, timestamptz → `Date`, json → parsed, bytea → `Buffer`, arrays → arrays.
 */
export interface Queryable {
  /** Runs one statement and returns its rows. Errors of the server carry their SQLSTATE in `code`. */
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  /** What this store is and how safe it is, for the start-up banner and `tramontane doctor`. */
  readonly description: StoreDescription;
  /**
   * Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. A resolved
   * promise means the commit is durable to the degree `description` states.
   */
  transaction<T>(work: (session: Queryable) => Promise<T>): Promise<T>;
  /** Runs several statements without parameters, in one implicit transaction. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

export interface StoreDescription {
  readonly kind: "embedded" | "external" | "in-process";
  /** Server version, such as `18.4`. */
  readonly version: string;
  /** Whether an acknowledged commit survives a power cut, as far as the server's settings promise it. */
  readonly survivesPowerLoss: boolean;
  /** How long opening took, start of the server included. */
  readonly openedInMs: number;
}

/** Whether `error` is the server's report with this SQLSTATE, such as `23505` (unique violation). */
export function isSqlState(error: unknown, state: string): boolean {
  return error instanceof Error && (error as Error & { code?: unknown }).code === state;
}
