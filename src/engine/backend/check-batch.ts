import { invariant } from "#base";
import type { BackendLimits, Batch } from "./backend.ts";

/**
 * Holds a batch to the contract of `Backend.decode`: native code ends the whole process on some violations.
 * `lengths` says how many positions each sequence holds; it is not changed.
 */
export function checkBatch(batch: Batch, limits: BackendLimits, vocabularySize: number, lengths: Int32Array): void {
  const { length, tokens, positions, sequences } = batch;
  invariant(length > 0 && length <= limits.batchTokens, `a batch has 1 to ${limits.batchTokens} rows, not ${length}`);
  const next = new Map<number, number>();
  for (let row = 0; row < length; row++) {
    const token = tokens[row]!;
    const sequence = sequences[row]!;
    const position = positions[row]!;
    invariant(token >= 0 && token < vocabularySize, `token ${token} is in the vocabulary`);
    invariant(sequence >= 0 && sequence < limits.sequences, `sequence ${sequence} exists`);
    invariant(position < limits.contextTokens, `position ${position} is within the context`);
    const expected = next.get(sequence) ?? lengths[sequence]!;
    invariant(position === expected, `position ${position} of sequence ${sequence} follows ${expected - 1}`);
    next.set(sequence, position + 1);
  }
}
