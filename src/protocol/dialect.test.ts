import { expect, test } from "vitest";
import { detectDialect } from "./dialect.ts";

const detect = (headers: Record<string, string>, path = "/v1/chat/completions", hasApiVersion = false) =>
  detectDialect({ path, hasApiVersion, headers });

test.each([
  [{}, "mistral"],
  [{ "user-agent": "curl/8" }, "mistral"],
  [{ "user-agent": "mistral-client-typescript/2.7.0" }, "mistral"],
  [{ "user-agent": "ai/7 ai-sdk/mistral/4.0" }, "mistral"],
  [{ "x-mistral-user-agent": "mistral-client-typescript/2.7.0", "x-stainless-os": "x" }, "mistral"],
  [{ "user-agent": "OpenAI/JS 7.57.0" }, "openai"],
  [{ "x-stainless-lang": "js" }, "openai"],
  [{ "user-agent": "azsdk-js-ai-inference-rest/1.0.0-beta.6" }, "azure"],
])("what a client says of itself: %j is %s", (headers, dialect) => {
  expect(detect(headers)).toBe(dialect);
});

test("the door tells more than the client, and the header decides", () => {
  expect(detect({ "user-agent": "mistral" }, "/openai/v1/chat/completions")).toBe("openai");
  expect(detect({}, "/models/chat/completions")).toBe("azure");
  expect(detect({}, "/v1/models/:id")).toBe("mistral");
  expect(detect({}, "/chat/completions", true)).toBe("azure");
  expect(detect({ "x-tramontane-dialect": "OpenAI", "user-agent": "mistral" })).toBe("openai");
  expect(detect({ "x-tramontane-dialect": "nonsense" })).toBe("mistral");
});
