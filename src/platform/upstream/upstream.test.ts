import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isInternalAddress } from "./address-guard.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { parseRemoteModels } from "./remote-model-spec.ts";

test.each([
  ["127.0.0.1", true],
  ["10.1.2.3", true],
  ["169.254.169.254", true],
  ["192.168.0.1", true],
  ["0.0.0.0", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["::ffff:7f00:1", true],
  ["fd00::1", true],
  ["fe80::1", true],
  ["8.8.8.8", false],
  ["2606:4700::1111", false],
])("%s is internal: %s", (address, isInternal) => expect(isInternalAddress(address)).toBe(isInternal));

describe("a circuit breaker", () => {
  const fail = (breaker: CircuitBreaker, nowMs: number, times: number) => {
    for (let i = 0; i < times; i++) {
      breaker.begin();
      breaker.failed(nowMs);
    }
  };

  test("opens after five failures in a row, not after five with a success between", () => {
    const breaker = new CircuitBreaker();
    fail(breaker, 0, 4);
    breaker.succeeded();
    fail(breaker, 0, 4);
    expect(breaker.mayTry(0)).toBe(true);
    fail(breaker, 0, 1);
    expect(breaker.mayTry(0)).toBe(false);
  });

  test("lets one request try after the pause, and doubles the pause when that fails", () => {
    const breaker = new CircuitBreaker();
    fail(breaker, 0, 5);
    expect(breaker.mayTry(4_999)).toBe(false);
    expect(breaker.mayTry(5_000)).toBe(true);
    breaker.begin();
    expect(breaker.mayTry(5_000)).toBe(false);
    breaker.failed(5_000);
    expect(breaker.mayTry(14_999)).toBe(false);
    expect(breaker.mayTry(15_000)).toBe(true);
    breaker.begin();
    breaker.succeeded();
    expect(breaker.mayTry(15_000)).toBe(true);
  });

  test("however long an endpoint is down, it is tried again within a minute", () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), (times) => {
        const breaker = new CircuitBreaker();
        fail(breaker, 0, 5);
        let nowMs = 0;
        for (let i = 0; i < times; i++) {
          nowMs += 60_000;
          if (!breaker.mayTry(nowMs)) return false;
          fail(breaker, nowMs, 1);
        }
        return breaker.mayTry(nowMs + 60_000);
      }),
    );
  });
});

describe("the list of remote models", () => {
  const read = (endpoint: object, environment = {}) =>
    parseRemoteModels(
      JSON.stringify([{ name: "far", endpoints: [{ url: "https://a.example/v1", ...endpoint }] }]),
      environment,
    );

  test("has defaults, and takes keys from the environment", () => {
    const [spec] = read({ key_variable: "FAR_KEY" }, { FAR_KEY: "secret" });
    expect(spec).toMatchObject({ name: "far", model: "far", aliases: [], contextTokens: 32_768 });
    expect(spec!.endpoints[0]).toMatchObject({ kind: "openai", apiKey: "secret", weight: 1, allowPrivate: false });
  });

  test.each([
    [{ key_variable: "ABSENT" }, "names ABSENT, which is not set"],
    [{ kind: "other" }, "remoteModels[0].endpoints[0].kind"],
    [{ url: "file:///etc/passwd" }, "must be an http or https address"],
    [{ url: "https://user:password@a.example" }, "without a password"],
    [{ wieght: 2 }, "wieght"],
    [{ weight: -1 }, "positive"],
  ])("%o is refused: %s", (endpoint, message) => expect(() => read(endpoint)).toThrow(message));
});
