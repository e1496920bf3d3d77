import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { DIALECTS, runSuite } from "./suite.ts";

/** The npm package has drafts 3 and 4; a checkout of the suite, where there is one, has them all. */
const packaged = dirname(createRequire(import.meta.url).resolve("json-schema-test-suite/package.json"));
const data = process.env["TRAMONTANE_TEST_DATA"] ?? join(import.meta.dirname, "../../../shared/data");
const checkout = process.env["TRAMONTANE_SCHEMA_SUITE"] ?? join(data, "json-schema/suite");

/** Least shares of right cases, which may only rise. */
const RATCHET = { draft4: 0.99, draft6: 0.99, draft7: 0.99, "draft2019-09": 0.99, "draft2020-12": 0.98 };

describe("JSON-Schema-Test-Suite", () => {
  test("draft 4 of the package: no wrong instance is accepted, nearly all cases are right", () => {
    const result = runSuite(packaged, join(packaged, "tests/draft4"), DIALECTS["draft4"]!);
    expect(result.falseAccepts).toEqual([]);
    expect(result.right / result.cases).toBeGreaterThan(0.98);
    expect(result.cases).toBeGreaterThan(250);
  });

  test.runIf(existsSync(checkout)).each(Object.entries(RATCHET))("%s of the checkout", (draft, least) => {
    const result = runSuite(checkout, join(checkout, "tests", draft), DIALECTS[draft]!);
    expect(result.falseAccepts).toEqual([]);
    expect(result.right / result.cases).toBeGreaterThanOrEqual(least);
  });
});
