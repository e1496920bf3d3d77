import { expect, test } from "vitest";
import { sliceWithLoneRow } from "./pass-split.ts";
import type { Slice } from "./step-plan.ts";

/** Slices as `id:rows`. */
const pass = (text: string): Slice[] =>
  text.split(" ").map((each) => {
    const [lease, tokens] = each.split(":").map(Number);
    return { sequence: { lease }, tokens, drafts: new Int32Array(0) } as unknown as Slice;
  });

test.each([
  ["0:1", 0],
  ["0:1 1:1 2:1", undefined],
  // Nobody is next to 4.
  ["0:1 1:1 4:1", 4],
  ["0:20 1:1 2:1 4:1 5:1", undefined],
  // After one row of each, 0 has one left.
  ["0:2 1:1", 0],
  // 19 rows of both, then one of 3; 2 is not computed with it.
  ["2:19 3:20", 3],
  ["0:7", undefined],
  ["0:5 2:5", undefined],
])("of %s the lone row is that of %s", (text, lone) => {
  expect(sliceWithLoneRow(pass(text), () => true)?.sequence.lease).toBe(lone);
});

test("only those that ask are looked for", () => {
  expect(sliceWithLoneRow(pass("0:1 4:1"), ({ sequence }) => sequence.lease === 4)?.sequence.lease).toBe(4);
  expect(sliceWithLoneRow(pass("0:1 4:1"), () => false)).toBeUndefined();
});
