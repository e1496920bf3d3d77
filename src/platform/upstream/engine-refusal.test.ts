import { describe, expect, test } from "vitest";
import { readRefusal } from "./engine-refusal.ts";

const refusal = (status: number, body: object = {}, over: object = {}) =>
  readRefusal({
    status,
    retryAfter: undefined,
    text: JSON.stringify(body),
    host: "engine.example",
    model: "m-large",
    hasKey: true,
    ...over,
  });

describe("what an engine refuses", () => {
  test.each([400, 413, 422])("%d is the request's fault, in the engine's words", (status) => {
    const { error, blame } = refusal(status, { error: { message: "no such tool" } });
    expect([error.code, error.message, blame]).toEqual(["invalid_request", "no such tool", "request"]);
  });

  test.each([
    [401, "does not accept our key"],
    [402, "run out of money"],
    [403, 'may not use the model "m-large"'],
    [404, 'no model "m-large"'],
    [405, "address is wrong"],
    [308, "address is wrong"],
  ])(
    "%d is our set-up's fault: the operator hears why, the client neither the engine's words nor its status",
    (status, why) => {
      const { error, blame, reason } = refusal(status, {
        error: { message: "Incorrect API key sk-1", code: "invalid_key" },
      });
      expect(blame).toBe("setup");
      expect(reason).toContain(why);
      expect(error.code).toBe("engine_unavailable");
      expect(error.message).not.toMatch(/Incorrect|sk-1|40\d/);
    },
  );

  test("401 without a key says that one is wanted", () =>
    expect(refusal(401, {}, { hasKey: false }).reason).toContain("`key_variable` names none"));

  test.each([{ type: "guardrail_blocked" }, { error: { code: "content_filter" } }, { code: "policy_refused" }])(
    "403 with %o is about the text",
    (body) => {
      const { error, blame } = refusal(403, { message: "blocked", ...body });
      expect([error.code, blame]).toEqual(["forbidden", "request"]);
    },
  );

  test("429 says when to come back; 500 and 408 are the engine's fault", () => {
    expect(refusal(429, {}, { retryAfter: "7" })).toMatchObject({
      blame: "engine",
      error: { code: "overloaded", details: { retryAfterMs: 7000 } },
    });
    for (const status of [408, 500, 503]) {
      expect(refusal(status)).toMatchObject({ blame: "engine", error: { code: "engine_unavailable" } });
    }
  });
});
