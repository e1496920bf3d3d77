import { describe, expect, test } from "vitest";
import { packedSuite, runSuite } from "./suite.ts";

/** Right cases of each draft, which may only become more. */
const RATCHET: readonly (readonly [draft: string, right: number, cases: number])[] = [
  ["draft4", 613, 618],
  ["draft6", 838, 839],
  ["draft7", 926, 927],
  ["draft2019-09", 1254, 1259],
  ["draft2020-12", 1279, 1299],
];

describe("JSON-Schema-Test-Suite, the required cases", () => {
  const suite = packedSuite();

  test.each(RATCHET)("%s: no wrong instance is accepted, and %i of %i cases are right", (draft, right, cases) => {
    const result = runSuite(suite, draft);
    expect(result.falseAccepts).toEqual([]);
    expect(result.right).toBeGreaterThanOrEqual(right);
    expect(result.cases).toBe(cases);
  });
});
