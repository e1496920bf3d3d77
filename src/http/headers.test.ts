import { expect, test } from "vitest";
import { addHeaders, commonHeaders } from "./headers.ts";

test("a header that is told twice is written once, as it was told last", () => {
  // A client that calls itself as a header is called changes nothing.
  const list = commonHeaders("an-id", { "x-ms-client-request-id": "x-tramontane-deployment" });
  addHeaders(list, { "x-tramontane-deployment": "first", "x-ratelimit-remaining-requests": "9" });
  addHeaders(list, { "x-tramontane-deployment": "second" });
  const names = list.filter((_, i) => i % 2 === 0);
  expect(names).toEqual([...new Set(names)]);
  expect(list[2 * names.indexOf("x-tramontane-deployment") + 1]).toBe("second");
});

test("only a harmless id of the client's is given back", () => {
  expect(commonHeaders("an-id", { "x-ms-client-request-id": "mine-1" })).toContain("mine-1");
  expect(commonHeaders("an-id", { "x-ms-client-request-id": "a\nb" })).not.toContain("a\nb");
});
