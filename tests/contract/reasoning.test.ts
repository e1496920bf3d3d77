import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Message {
  readonly content: unknown;
  readonly reasoning_content?: string;
}
const ask = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Repeat: [THINK]one and one[/THINK]two" }],
  temperature: 0,
};
const answer = async (dialect: string): Promise<Message> => {
  const response = await server.send("/v1/chat/completions", ask, { "x-tramontane-dialect": dialect });
  return ((await response.json()) as { choices: { message: Message }[] }).choices[0]!.message;
};
const deltas = async (dialect: string): Promise<Message[]> => {
  const headers = { "x-tramontane-dialect": dialect };
  const response = await server.send("/v1/chat/completions", { ...ask, stream: true }, headers);
  const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => (JSON.parse(line.slice(6)) as { choices: { delta: Message }[] }).choices[0]!.delta);
};
const textIn = (chunk: unknown): string =>
  (chunk as { thinking: { text: string }[] }).thinking.map(({ text }) => text).join("");

test("Mistral's clients get thoughts as chunks of the content, then plain text", async () => {
  expect((await answer("mistral")).content).toEqual([
    { type: "thinking", thinking: [{ type: "text", text: "one and one" }] },
    { type: "text", text: "two" },
  ]);
  const parts = (await deltas("mistral")).map(({ content }) => content);
  const thoughts = parts.filter((content): content is unknown[] => Array.isArray(content));
  expect(thoughts.flat().map(textIn).join("")).toBe("one and one");
  expect(parts.filter((content) => typeof content === "string").join("")).toBe("two");
});

test("OpenAI's clients get them beside a content that stays text", async () => {
  expect(await answer("openai")).toMatchObject({ content: "two", reasoning_content: "one and one" });
  const parts = await deltas("openai");
  expect(parts.map((delta) => delta.reasoning_content ?? "").join("")).toBe("one and one");
  expect(parts.map((delta) => (delta.content ?? "") as string).join("")).toBe("two");
});
