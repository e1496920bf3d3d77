import { describe, expect, test } from "vitest";
import {
  bindGrammar,
  compileToolCalls,
  createTokenTrie,
  Matcher,
  type ToolCallSpec,
  type ToolProtocol,
} from "./index.ts";
import { randomFrom, refusal } from "./test-vocabulary.contract.ts";

const END = 256;
const TOOL_CALLS = 257;
const ARGS = 258;
const CALL_ID = 259;
const THINK = 260;
const END_THINK = 261;
const tokens = { toolCalls: TOOL_CALLS, args: ARGS, callId: CALL_ID };
const thought = {
  open: { text: "[THINK]", token: THINK },
  close: { text: "[/THINK]", token: END_THINK },
  startsOpen: false,
  padded: false,
};
const trie = createTokenTrie({
  size: 262,
  tokenBytes: (token) => (token < 256 ? Uint8Array.of(token) : new Uint8Array(0)),
  isControl: (token) => token > 256,
  isEndOfGeneration: (token) => token === END,
});

const tools: ToolCallSpec["tools"] = [
  {
    name: "get",
    parameters: {
      type: "object",
      properties: { city: { enum: ["Paris", "Lyon"] } },
      required: ["city"],
      additionalProperties: false,
    },
  },
  {
    name: "get_time",
    parameters: { type: "object", properties: { zone: { type: "integer", minimum: -12, maximum: 12 } } },
  },
];
const base: ToolCallSpec = { protocol: "v11", tokens, tools, choice: "auto", parallel: false };

/** Takes text and control tokens written as numbers; undefined when something is refused. */
function follow(spec: ToolCallSpec, ...pieces: (string | number)[]): Matcher | undefined {
  const matcher = new Matcher(compileToolCalls(spec, { keyOrder: "any" }), trie);
  for (const token of pieces.flatMap((piece) =>
    typeof piece === "string" ? [...new TextEncoder().encode(piece)] : [piece],
  )) {
    if (!matcher.tryToken(token)) return undefined;
    matcher.accept(token);
  }
  return matcher.canEnd() ? matcher : undefined;
}

function partsOf(matcher: Matcher | undefined): [string, string][] {
  const text = Buffer.from(matcher!.text());
  return matcher!.spans().map(({ kind, from, to }) => [kind, text.subarray(from, to).toString()]);
}

describe("the named protocol", () => {
  test("reports name and arguments by bytes", () => {
    expect(partsOf(follow(base, TOOL_CALLS, "get_time", ARGS, '{"zone": 3}'))).toEqual([
      ["call_name", "get_time"],
      ["call_arguments", '{"zone": 3}'],
    ]);
  });

  test("knows no other names, arguments or places for control tokens", () => {
    expect(follow(base, TOOL_CALLS, "got", ARGS, "{}")).toBeUndefined();
    expect(follow(base, TOOL_CALLS, "get", ARGS, '{"city":"Nice"}')).toBeUndefined();
    expect(follow(base, TOOL_CALLS, "get", ARGS, '{"city":"Lyon"')).toBeUndefined();
    expect(follow(base, ARGS)).toBeUndefined();
    expect(follow(base, "[TOOL_CALLS]")).toBeDefined();
  });

  test("allows text before a call in auto, and keeps it apart", () => {
    expect(partsOf(follow(base, "I look it up.", TOOL_CALLS, "get", ARGS, '{"city":"Lyon"}'))).toEqual([
      ["content", "I look it up."],
      ["call_name", "get"],
      ["call_arguments", '{"city":"Lyon"}'],
    ]);
  });

  test("allows a second call only in parallel", () => {
    const twice = [TOOL_CALLS, "get", ARGS, '{"city":"Lyon"}', TOOL_CALLS, "get_time", ARGS, "{}"];
    expect(follow(base, ...twice)).toBeUndefined();
    expect(partsOf(follow({ ...base, parallel: true }, ...twice)).map(([kind]) => kind)).toEqual([
      "call_name",
      "call_arguments",
      "call_name",
      "call_arguments",
    ]);
  });

  test("carries an id of nine characters in v11", () => {
    expect(partsOf(follow(base, TOOL_CALLS, "get", CALL_ID, "a1B2c3D4e", ARGS, '{"city":"Lyon"}'))).toContainEqual([
      "call_id",
      "a1B2c3D4e",
    ]);
    expect(
      follow({ ...base, protocol: "v13" }, TOOL_CALLS, "get", CALL_ID, "a1B2c3D4e", ARGS, '{"city":"Lyon"}'),
    ).toBeUndefined();
  });

  test("lets a v13 model think first", () => {
    const spec: ToolCallSpec = { ...base, protocol: "v13", choice: "required", thought };
    const matcher = follow(spec, THINK, "Hm.", END_THINK, TOOL_CALLS, "get", ARGS, '{"city":"Lyon"}');
    expect(partsOf(matcher)[0]).toEqual(["thinking", "Hm."]);
    expect(follow(base, THINK, "Hm.", END_THINK, "yes")).toBeUndefined();
  });
});

describe("the list protocol", () => {
  const spec: ToolCallSpec = { ...base, protocol: "v1-v3", parallel: true };

  test("reads one list of calls with or without ids", () => {
    const list =
      ' [{"name": "get", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {}, "id": "abcDEF123"}]';
    expect(partsOf(follow(spec, TOOL_CALLS, list))).toEqual([
      ["call_name", "get"],
      ["call_arguments", '{"city": "Paris"}'],
      ["call_name", "get_time"],
      ["call_arguments", "{}"],
      ["call_id", "abcDEF123"],
    ]);
  });

  test("has no empty list and no second call unless parallel", () => {
    expect(follow(spec, TOOL_CALLS, "[]")).toBeUndefined();
    const two = '[{"name":"get_time","arguments":{}},{"name":"get_time","arguments":{}}]';
    expect(follow(spec, TOOL_CALLS, two)).toBeDefined();
    expect(follow({ ...spec, parallel: false }, TOOL_CALLS, two)).toBeUndefined();
  });
});

describe("calls between marks", () => {
  const marks = { open: { text: "<tool_call>" }, close: { text: "</tool_call>" } };
  const spec: ToolCallSpec = { ...base, protocol: "marked", tokens: marks, parallel: true };
  const call = '<tool_call>\n{"name": "get", "arguments": {"city": "Paris"}}\n</tool_call>';

  test("may follow words and each other", () => {
    const parts = partsOf(follow(spec, `I look < up.${call}\n${call}`));
    expect(parts[0]).toEqual(["content", expect.stringMatching(/^I look < up\./)]);
    expect(parts.slice(1)).toEqual([
      ["call_name", "get"],
      ["call_arguments", '{"city": "Paris"}'],
      ["call_name", "get"],
      ["call_arguments", '{"city": "Paris"}'],
    ]);
    expect(follow({ ...spec, parallel: false }, call + call)).toBeUndefined();
  });

  test("words never hold the mark, unless it is a control token", () => {
    expect(follow(spec, "Write <tool_call>x")).toBeUndefined();
    expect(follow(spec, "Write <tool_cal")).toBeDefined();
    const tokens = { open: { text: "<tool_call>", token: TOOL_CALLS }, close: { text: "</tool_call>", token: ARGS } };
    expect(follow({ ...spec, tokens }, "Write <tool_call>x")).toBeDefined();
    expect(follow({ ...spec, tokens }, TOOL_CALLS, '{"name":"get_time","arguments":{}}', ARGS)).toBeDefined();
  });

  test("a thought that the prompt opened comes first, and is closed", () => {
    const opened = { open: { text: "<think>" }, close: { text: "</think>" }, startsOpen: true, padded: true };
    const thoughtful = follow({ ...spec, choice: "required", thought: opened }, `Hm.</think>\n\n${call}`);
    expect(partsOf(thoughtful)[0]).toEqual(["thinking", expect.stringMatching(/^Hm\./)]);
    expect(follow({ ...spec, choice: "required", thought: opened }, call)).toBeUndefined();
  });
});

describe("calls as bare objects", () => {
  const spec: ToolCallSpec = { ...base, protocol: "bare", tokens: {}, parallel: true };
  const call = '{"name": "get", "parameters": {"city": "Paris"}}';

  test("are the whole answer; words begin with no brace", () => {
    expect(partsOf(follow(spec, `${call}; ${call}`)).map(([kind]) => kind)).toEqual([
      "call_name",
      "call_arguments",
      "call_name",
      "call_arguments",
    ]);
    expect(follow(spec, "Use {} here")).toBeDefined();
    expect(follow(spec, " {")).toBeUndefined();
    expect(follow(spec, `Well ${call}`)).toBeDefined();
    expect(follow({ ...spec, choice: "required" }, "Well")).toBeUndefined();
  });

  test("cannot stand beside an answer of another form", () => {
    const response = { kind: "json_schema", schema: {} } as const;
    expect(refusal(() => compileToolCalls({ ...spec, response }))).toMatchObject({ code: "unsupported" });
    expect(follow({ ...spec, response, choice: "required" }, call)).toBeDefined();
  });
});

describe("tool_choice", () => {
  const call = [TOOL_CALLS, "get_time", ARGS, "{}"];

  test("none is text only, required is calls only, a name is that tool only", () => {
    expect(follow({ ...base, choice: "none" }, ...call)).toBeUndefined();
    expect(follow({ ...base, choice: "none" }, "Hello")).toBeDefined();
    expect(follow({ ...base, choice: "required" }, "Hello")).toBeUndefined();
    expect(follow({ ...base, choice: "required" }, ...call)).toBeDefined();
    expect(follow({ ...base, choice: { name: "get" } }, ...call)).toBeUndefined();
    expect(follow({ ...base, choice: { name: "get_time" } }, ...call)).toBeDefined();
  });

  test("with a response schema every answer is a call or valid JSON", () => {
    const spec: ToolCallSpec = {
      ...base,
      response: {
        kind: "json_schema",
        schema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
      },
    };
    expect(follow(spec, ...call)).toBeDefined();
    expect(partsOf(follow(spec, '{"ok":true}'))).toEqual([["content", '{"ok":true}']]);
    expect(follow(spec, "yes")).toBeUndefined();
    expect(follow(spec, '{"ok":true}', ...call)).toBeUndefined();
  });
});

test("what cannot be enforced is refused with a pointer into the tools", () => {
  const wrong = [tools[0]!, { name: "bad", parameters: { type: "object", properties: { a: { pattern: "(a)\\1" } } } }];
  expect(refusal(() => compileToolCalls({ ...base, tools: wrong }))).toMatchObject({
    code: "unsupported",
    keyword: "pattern",
    pointer: "/1/parameters/properties/a/pattern",
  });
  expect(refusal(() => compileToolCalls({ ...base, tokens: { toolCalls: undefined } })).code).toBe("unsupported");
  expect(refusal(() => compileToolCalls({ ...base, tools: [{ name: "a b", parameters: {} }] })).code).toBe("malformed");
});

const protocols: ToolProtocol[] = ["v1-v3", "v7", "v11", "v13"];
const choices: ToolCallSpec["choice"][] = ["auto", "none", "required", { name: "get" }];
const matrix = protocols.flatMap((protocol) =>
  choices.map((choice) => ({ protocol, choice, name: typeof choice === "string" ? choice : choice.name })),
);

test.each(matrix)("$protocol, $name: a model without sense makes only valid calls, in time", ({ protocol, choice }) => {
  const bound = bindGrammar(compileToolCalls({ ...base, protocol, choice, parallel: true }), trie);
  for (let seed = 0; seed < 20; seed++) {
    const random = randomFrom(seed);
    const matcher = new Matcher(bound);
    for (let left = bound.minTokens() + 3 * seed; ; left--) {
      const mask = [...matcher.mask({ remainingTokens: left })];
      if (left === 0) expect(mask.length === 0 || matcher.canEnd()).toBe(true);
      if (matcher.hasEnded || (left === 0 && matcher.canEnd())) break;
      // Controls and the end are rare among many bytes: take them as often as text.
      const special = mask.filter((token) => token >= END);
      const pool = special.length > 0 && random() < 0.4 ? special : mask;
      matcher.accept(pool[Math.floor(random() * pool.length)]!);
    }
    const text = Buffer.from(matcher.text());
    for (const { kind, from, to } of matcher.spans()) {
      const part = text.subarray(from, to).toString();
      if (kind === "call_name") expect(["get", "get_time"]).toContain(part);
      if (kind === "call_arguments") expect(typeof JSON.parse(part)).toBe("object");
      if (kind === "call_id") expect(part).toMatch(/^[a-zA-Z0-9]{9}$/);
    }
  }
});
