import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ThinkingProtocol, ToolCallProtocol } from "../chat-template.ts";
import type { AnswerEvent, AnswerInput } from "./answer-event.ts";
import { AnswerReader } from "./answer-reader.ts";

const text = (words: string): AnswerInput => ({ type: "text", text: words });
const control = (name: string): AnswerInput => ({ type: "control", text: name });
const mark = (words: string, isControl: boolean) => ({ text: words, control: isControl });

const THINK_TOKENS: ThinkingProtocol = {
  open: mark("[THINK]", true),
  close: mark("[/THINK]", true),
  startsOpen: false,
  padded: false,
};
const THINK_TEXT: ThinkingProtocol = {
  open: mark("<think>", false),
  close: mark("</think>", false),
  startsOpen: false,
  padded: true,
};
const MARKED: ToolCallProtocol = {
  kind: "marked-json",
  open: mark("<tool_call>", false),
  close: mark("</tool_call>", false),
};

interface Protocols {
  readonly toolCalls?: ToolCallProtocol;
  readonly thinking?: ThinkingProtocol;
  readonly dropsFirstSpace?: boolean;
}

/** Reads an answer and joins neighbouring events of one kind, so that how it was cut does not show. */
function read(inputs: readonly AnswerInput[], { toolCalls, thinking, dropsFirstSpace = false }: Protocols) {
  let count = 0;
  const newCallId = (): string => `fresh000${(count += 1)}`;
  const reader = new AnswerReader({ toolCalls, thinking, dropsFirstSpace, newCallId });
  const events = [...inputs.flatMap((input) => reader.push(input)), ...reader.finish()];
  const joined: AnswerEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (last !== undefined && "text" in last && "text" in event && last.type === event.type) {
      joined[joined.length - 1] = { type: last.type, text: last.text + event.text };
    } else joined.push(event);
  }
  return { events: joined, unfinished: reader.unfinishedCall };
}

const called = (id: string, name: string, argumentsJson: string): AnswerEvent => ({
  type: "tool-call",
  call: { id, name, argumentsJson },
});

interface Example {
  readonly name: string;
  readonly protocols: Protocols;
  readonly inputs: readonly AnswerInput[];
  readonly events: readonly AnswerEvent[];
  readonly unfinished?: string;
}

const EXAMPLES: readonly Example[] = [
  { name: "words alone", protocols: {}, inputs: [text("Hello")], events: [{ type: "text", text: "Hello" }] },
  {
    name: "control tokens nobody asked for are no text",
    protocols: {},
    inputs: [text("a"), control("[TOOL_CALLS]"), text("b")],
    events: [{ type: "text", text: "ab" }],
  },
  {
    name: "a list of calls with ids, the second id used twice",
    protocols: { toolCalls: { kind: "mistral-list", ids: true } },
    inputs: [
      text("So: "),
      control("[TOOL_CALLS]"),
      text(' [{"name": "a", "arguments": {"x":1.0,"}":"]\\""}, "id": "AAAAAAAA1"}, '),
      text('{"name": "b", "arguments": {}, "id": "AAAAAAAA1"}]'),
    ],
    events: [
      { type: "text", text: "So: " },
      called("AAAAAAAA1", "a", '{"x": 1.0, "}": "]\\""}'),
      called("fresh0001", "b", "{}"),
    ],
  },
  {
    name: "a list of calls without ids",
    protocols: { toolCalls: { kind: "mistral-list", ids: false } },
    inputs: [control("[TOOL_CALLS]"), text('[{"name":"a","arguments":{"q":["é"]}}]')],
    events: [called("fresh0001", "a", '{"q": ["é"]}')],
  },
  {
    name: "a list that was cut off keeps its whole calls",
    protocols: { toolCalls: { kind: "mistral-list", ids: false } },
    inputs: [control("[TOOL_CALLS]"), text('[{"name":"a","arguments":{}}, {"name":"b","argu')],
    events: [called("fresh0001", "a", "{}")],
    unfinished: '{"name":"b","argu',
  },
  {
    name: "named calls, one with an id",
    protocols: { toolCalls: { kind: "mistral-named", callIds: true } },
    inputs: [
      text("Both."),
      control("[TOOL_CALLS]"),
      text("a"),
      control("[CALL_ID]"),
      text("BBBBBBBB2"),
      control("[ARGS]"),
      text('{"n": {"m": 1}}'),
      control("[TOOL_CALLS]"),
      text(" b "),
      control("[ARGS]"),
      text(" {}"),
    ],
    events: [
      { type: "text", text: "Both." },
      called("BBBBBBBB2", "a", '{"n": {"m": 1}}'),
      called("fresh0001", "b", "{}"),
    ],
  },
  {
    name: "a named call that was cut off",
    protocols: { toolCalls: { kind: "mistral-named", callIds: false } },
    inputs: [control("[TOOL_CALLS]"), text("a"), control("[ARGS]"), text('{"n": "')],
    events: [],
    unfinished: 'a{"n": "',
  },
  {
    name: "calls between plain marks, with words before and after",
    protocols: { toolCalls: MARKED },
    inputs: [
      text('I look. <tool_call>\n{"name": "a", "arguments": {"s": "</tool_call>"}}\n</tool_call>\n<tool_call>'),
      text('{"name": "b", "arguments": {}}</tool_call>\nDone < 3'),
    ],
    events: [
      { type: "text", text: "I look. " },
      called("fresh0001", "a", '{"s": "</tool_call>"}'),
      called("fresh0002", "b", "{}"),
      { type: "text", text: "\nDone < 3" },
    ],
  },
  {
    name: "calls between marks that are tokens: the same text is just text",
    protocols: {
      toolCalls: { kind: "marked-json", open: mark("<tool_call>", true), close: mark("</tool_call>", true) },
    },
    inputs: [
      text("<tool_call>?"),
      control("<tool_call>"),
      text('\n{"name": "a", "arguments": {}}\n'),
      control("</tool_call>"),
    ],
    events: [{ type: "text", text: "<tool_call>?" }, called("fresh0001", "a", "{}")],
  },
  {
    name: "marks around something that is no JSON",
    protocols: {
      toolCalls: { kind: "marked-json", open: mark("<tool_call>", true), close: mark("</tool_call>", true) },
    },
    inputs: [control("<tool_call>"), text("look"), control("</tool_call>"), text("Done")],
    events: [{ type: "text", text: "Done" }],
    unfinished: "look",
  },
  {
    name: "an answer that begins with { is calls",
    protocols: { toolCalls: { kind: "bare-json" } },
    inputs: [text(' {"name": "a", "parameters": {"x": 1}}; {"name": "b", "parameters": {}}')],
    events: [called("fresh0001", "a", '{"x": 1}'), called("fresh0002", "b", "{}")],
  },
  {
    name: "an answer that begins with anything else is words",
    protocols: { toolCalls: { kind: "bare-json" } },
    inputs: [text(' Use {"name": "a", "parameters": {}}')],
    events: [{ type: "text", text: ' Use {"name": "a", "parameters": {}}' }],
  },
  {
    name: "JSON that is no call is reported, not repaired",
    protocols: { toolCalls: { kind: "bare-json" } },
    inputs: [text('{"naam": "a"}')],
    events: [],
    unfinished: '{"naam": "a"}',
  },
  {
    name: "thoughts between tokens, twice",
    protocols: { thinking: THINK_TOKENS, toolCalls: { kind: "mistral-named", callIds: false } },
    inputs: [
      control("[THINK]"),
      text("hm"),
      control("[/THINK]"),
      text("Well"),
      control("[THINK]"),
      text("<think>"),
      control("[/THINK]"),
      control("[TOOL_CALLS]"),
      text("a"),
      control("[ARGS]"),
      text("{}"),
    ],
    events: [
      { type: "thinking", text: "hm" },
      { type: "thinking-closed" },
      { type: "text", text: "Well" },
      { type: "thinking", text: "<think>" },
      { type: "thinking-closed" },
      called("fresh0001", "a", "{}"),
    ],
  },
  {
    name: "thoughts between plain marks; the answer may speak of the marks",
    protocols: { thinking: THINK_TEXT },
    inputs: [text("\n<think>\na < b </thin k></think>\n\nI say <think>.")],
    events: [
      { type: "thinking", text: "a < b </thin k>" },
      { type: "thinking-closed" },
      { type: "text", text: "I say <think>." },
    ],
  },
  {
    name: "thoughts between padded tokens",
    protocols: {
      thinking: { open: mark("<think>", true), close: mark("</think>", true), startsOpen: true, padded: true },
    },
    inputs: [text("\nhm\n"), control("</think>"), text("\n\nWell")],
    events: [{ type: "thinking", text: "hm\n" }, { type: "thinking-closed" }, { type: "text", text: "Well" }],
  },
  {
    name: "the format's space before the answer, and after a control token, is no part of it; the next one is",
    protocols: { thinking: THINK_TOKENS, dropsFirstSpace: true },
    inputs: [control("[THINK]"), text(" hm"), control("[/THINK]"), text("  Well ")],
    events: [{ type: "thinking", text: "hm" }, { type: "thinking-closed" }, { type: "text", text: " Well " }],
  },
  {
    name: "the format's space may come alone",
    protocols: { dropsFirstSpace: true },
    inputs: [text(" "), text(" Well")],
    events: [{ type: "text", text: " Well" }],
  },
  {
    name: "an answer without a thought",
    protocols: { thinking: THINK_TEXT },
    inputs: [text("<thirty> is a number")],
    events: [{ type: "text", text: "<thirty> is a number" }],
  },
  {
    name: "a thought the prompt opened, never closed",
    protocols: { thinking: { ...THINK_TEXT, startsOpen: true } },
    inputs: [text("\nstill thinking </th")],
    events: [{ type: "thinking", text: "still thinking </th" }],
  },
];

describe("a model's answer", () => {
  test.each(EXAMPLES)("$name", ({ inputs, protocols, events, unfinished }) => {
    expect(read(inputs, protocols)).toEqual({ events, unfinished });
  });

  test("reads the same however its text is cut", () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...EXAMPLES), cuts, ({ inputs, protocols, events, unfinished }, positions) => {
        const pieces = inputs.flatMap((input) =>
          input.type === "text" ? cut(input.text, positions).map(text) : [input],
        );
        expect(read(pieces, protocols)).toEqual({ events, unfinished });
      }),
    );
  });

  test("comes out without waiting for more than a mark's length", () => {
    const reader = new AnswerReader({
      toolCalls: MARKED,
      thinking: undefined,
      dropsFirstSpace: false,
      newCallId: () => "x",
    });
    expect(reader.push(text("2 < 3, and <too"))).toEqual([{ type: "text", text: "2 < 3, and " }]);
    expect(reader.push(text(" much"))).toEqual([{ type: "text", text: "<too much" }]);
  });
});

function cut(words: string, positions: readonly number[]): readonly string[] {
  const bounds = [0, ...positions.map((position) => position % (words.length + 1)), words.length].toSorted(
    (a, b) => a - b,
  );
  return bounds.slice(1).map((end, index) => words.slice(bounds[index], end));
}
