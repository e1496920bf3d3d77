import { expect, test } from "vitest";
import { ERROR_CODES, TramontaneError } from "#base";
import { toWireFailure } from "./error-boundary.ts";

const id = "01890000-0000-7000-8000-000000000000";

test.each(ERROR_CODES)("%s has a status, the same facts at both levels, and Azure's header", (code) => {
  const { status, headers, body } = toWireFailure(new TramontaneError(code, "words", { field: "a.b" }), id);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(body).toMatchObject({ object: "error", raw_status_code: status, request_id: id, param: "a.b" });
  const { message, type, param, code: wireCode } = body;
  expect(body.error).toEqual({ message, type, param, code: wireCode });
  expect(headers["x-ms-error-code"]).toBe(wireCode);
});

test("what is not ours says nothing of the inside", () => {
  for (const thrown of [new TypeError("secret"), "secret", null, new TramontaneError("internal", "secret")]) {
    const { status, body } = toWireFailure(thrown, id);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
  }
});

test("a prompt that is too long is told in the sentence that programs match", () => {
  const details = { promptTokens: 40_000, contextTokens: 32_768 };
  expect(toWireFailure(new TramontaneError("prompt_too_long", "ours", { details }), id).body.message).toBe(
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
  );
});

test("waits are whole seconds, rounded up, and never zero", () => {
  const waitOf = (retryAfterMs?: number) => {
    const details = retryAfterMs === undefined ? {} : { retryAfterMs };
    return toWireFailure(new TramontaneError("rate_limited", "wait", { details }), id).headers["retry-after"];
  };
  expect([waitOf(), waitOf(0), waitOf(1), waitOf(1001)]).toEqual(["1", "1", "1", "2"]);
});
