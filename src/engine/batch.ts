import { invariant } from "#base";
import type { Batch } from "./backend/backend.ts";

/** Builds one batch after another in the same arrays. */
export class BatchBuilder {
  readonly batch: Batch;
  #outputs = 0;

  constructor(capacity: number) {
    this.batch = {
      length: 0,
      tokens: new Int32Array(capacity),
      positions: new Int32Array(capacity),
      sequences: new Int32Array(capacity),
      wantsLogits: new Uint8Array(capacity),
    };
  }

  clear(): void {
    this.batch.length = 0;
    this.#outputs = 0;
  }

  /** Adds one row; returns the index its logits will have, when it wants them. */
  add(row: { sequence: number; position: number; token: number; wantsLogits: boolean }): number {
    const { batch } = this;
    invariant(batch.length < batch.tokens.length, `a batch of more than ${batch.tokens.length} rows`);
    batch.tokens[batch.length] = row.token;
    batch.positions[batch.length] = row.position;
    batch.sequences[batch.length] = row.sequence;
    batch.wantsLogits[batch.length] = row.wantsLogits ? 1 : 0;
    batch.length += 1;
    return row.wantsLogits ? this.#outputs++ : -1;
  }
}
