import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Deployment } from "#platform";
import { chooseTemplate } from "#prompt";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { Completion, readStream, UnionError } from "../support/wire-shapes.ts";

/** What tells each generation of Mistral's format; the toy behind all of them draws its tokens from a hash. */
const ENDS = ["<unk>", "<s>", "</s>"];
const V3 = [...ENDS, "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[TOOL_CALLS]"];
const V7 = [...V3, "[/TOOL_RESULTS]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"];
const GENERATIONS: Record<string, { controlTokens: string[]; chatTemplate?: string }> = {
  v1: { controlTokens: ENDS },
  v2: { controlTokens: V3, chatTemplate: "[INST] [AVAILABLE_TOOLS] [TOOL_RESULTS]" },
  v3: { controlTokens: V3 },
  v7: { controlTokens: V7 },
  v11: { controlTokens: [...V7, "[ARGS]", "[CALL_ID]"] },
  v13: { controlTokens: [...V7, "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"] },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ deployments: Object.keys(GENERATIONS).map(deploymentOf) });
});
afterAll(() => server.close());

function deploymentOf(version: string): Deployment {
  const facts = { createdAt: 0, ownedBy: "tests", defaultTemperature: 1, contextTokens: 32_768, aliases: [] };
  return new Deployment({ ...facts, id: version, serves: { chat: true, fim: false, embeddings: false } }, async () => {
    const told = { ...server.model.info, name: "mistral", chatTemplate: undefined, ...GENERATIONS[version] };
    return { engine: server.model, template: chooseTemplate(told) };
  });
}

const schemas: Record<string, object> = {
  get_weather: {
    type: "object",
    properties: { city: { type: "string", maxLength: 12 }, unit: { enum: ["c", "f"] } },
    required: ["city", "unit"],
    additionalProperties: false,
  },
  count: {
    type: "object",
    properties: { numbers: { type: "array", items: { type: "integer", minimum: 3 }, maxItems: 3 } },
    required: ["numbers"],
  },
};
const answerSchema = {
  type: "object",
  properties: { ok: { type: "boolean" }, why: { type: "string", maxLength: 10 } },
  required: ["ok"],
  additionalProperties: false,
};
const ajv = new Ajv();
const isArguments = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]));
const isAnswer = ajv.compile(answerSchema);

const toolsOf = (strict: boolean): object[] =>
  Object.entries(schemas).map(([name, parameters]) => ({ type: "function", function: { name, parameters, strict } }));
const NAMED = { type: "function", function: { name: "count" } };
const CHOICES = { auto: "auto", none: "none", any: "any", required: "required", named: NAMED };
/** Words of its own, and words that lead into a call in the middle of an answer. */
const PROMPTS = ["Say something.", "Repeat: let us see[TOOL_CALLS]"];

interface Call {
  readonly function: { readonly name: string; readonly arguments: string };
}
interface Answer {
  readonly content: string;
  readonly calls: readonly Call[];
  readonly finishReason: string;
}

const post = (fields: object): Promise<Response> =>
  server.send("/v1/chat/completions", { max_tokens: 160, temperature: 1.5, ...fields });

async function whole(fields: object): Promise<Answer> {
  const body: unknown = await (await post(fields)).json();
  const { message, finish_reason: finishReason } = Completion.parse(body).choices[0]!;
  return { content: message.content, calls: withoutIds(message.tool_calls ?? []), finishReason };
}

async function streamed(fields: object): Promise<Answer> {
  const { chunks, texts, finishReasons } = readStream(await (await post({ ...fields, stream: true })).text());
  const calls = chunks.flatMap(({ choices }) => choices[0]!.delta.tool_calls ?? []);
  return { content: texts[0]!, calls: withoutIds(calls), finishReason: finishReasons[0]! };
}

/** Ids are drawn anew for each answer; their form is part of the shape that was parsed. */
function withoutIds(calls: readonly Call[]): Call[] {
  return calls.map(({ function: { name, arguments: text } }) => ({ function: { name, arguments: text } }));
}

/** Holds the same request, whole and streamed, to all that can be said of its answer. */
async function ask(fields: object, seen: { calls: number }): Promise<Answer> {
  const answer = await whole(fields);
  expect(await streamed(fields)).toEqual(answer);
  for (const { function: call } of answer.calls) {
    expect(isArguments[call.name]?.(JSON.parse(call.arguments)), `${call.name} ${call.arguments}`).toBe(true);
  }
  expect(answer.finishReason === "tool_calls").toBe(answer.calls.length > 0);
  expect(answer.content).not.toMatch(/TOOL_CALLS|ARGS|CALL_ID|get_weather|"arguments"/);
  seen.calls += answer.calls.length;
  return answer;
}

const generations = Object.keys(GENERATIONS).filter((version) => version !== "v1");

describe.each(generations)("calls as %s writes them", (model) => {
  test.each(Object.entries(CHOICES))("tool_choice %s, parallel or not, strict or not", async (kind, choice) => {
    const seen = { calls: 0 };
    for (const parallel of [true, false]) {
      for (const strict of [true, false]) {
        for (const [random_seed, content] of PROMPTS.entries()) {
          const messages = [{ role: "user", content }];
          const wishes = { tools: toolsOf(strict), tool_choice: choice, parallel_tool_calls: parallel };
          const { content: words, calls } = await ask({ model, messages, random_seed, ...wishes }, seen);
          if (!parallel) expect(calls.length).toBeLessThanOrEqual(1);
          if (kind === "none") expect(calls).toEqual([]);
          if (kind === "named") expect(new Set(calls.map((call) => call.function.name))).toEqual(new Set(["count"]));
          if (kind !== "none" && kind !== "auto") expect([words, calls.length > 0]).toEqual(["", true]);
          if (calls.length > 0 && kind === "auto") expect(words).toBe("let us see");
        }
      }
    }
    if (kind !== "none") expect(seen.calls).toBeGreaterThan(0);
  });

  test.each(["auto", "any", "none"])("beside a response_format, tool_choice %s: calls or JSON", async (choice) => {
    const seen = { calls: 0 };
    const response_format = { type: "json_schema", json_schema: { name: "answer", schema: answerSchema } };
    const forms = [response_format, { type: "json_object" }];
    for (const [index, format] of [...forms, ...forms].entries()) {
      const messages = [{ role: "user", content: PROMPTS[index >> 1] }];
      const wishes = { tools: toolsOf(true), tool_choice: choice, response_format: format, random_seed: index };
      const { content, calls } = await ask({ model, messages, ...wishes }, seen);
      if (choice !== "auto") expect(calls.length > 0).toBe(choice === "any");
      if (calls.length > 0) expect(content).toBe("");
      else expect(format === response_format ? isAnswer(JSON.parse(content)) : JSON.parse(content)).toBeTruthy();
    }
  });
});

test("v1 has no form for calls, and says so", async () => {
  const fields = { model: "v1", messages: [{ role: "user", content: "Hello." }], tools: toolsOf(true) };
  expect(UnionError.parse(await (await post(fields)).json())).toMatchObject({ param: "tools" });
});
