import type { Slice } from "./step-plan.ts";

/**
 * The slice of a pass of separate sequences, ordered by id, of which some row is computed alone: the library takes
 * neighbouring ids together, as many rows of each as the shortest has, then what is left. `llama_batch_allocr::split_equal`.
 */
export function sliceWithLoneRow(pass: readonly Slice[], isAsked: (slice: Slice) => boolean): Slice | undefined {
  let left = pass.map((slice) => ({ slice, rows: slice.tokens + slice.drafts.length }));
  while (left.length > 0) {
    const end = left.findIndex(({ slice }, at) => slice.sequence.lease! !== left[0]!.slice.sequence.lease! + at);
    const together = left.slice(0, end === -1 ? left.length : end);
    const rows = Math.min(...together.map((each) => each.rows));
    const [only] = together;
    if (together.length === 1 && rows === 1 && isAsked(only!.slice)) return only!.slice;
    for (const each of together) each.rows -= rows;
    left = left.filter((each) => each.rows > 0);
  }
  return undefined;
}
