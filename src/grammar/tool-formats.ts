import { GrammarError } from "./grammar-error.ts";
import type { Part, Rule } from "./machine/rule.ts";
import type { ToolCallSpec, ToolDefinition } from "./tool-calls.ts";
import type { GrammarWorkshop } from "./workshop.ts";

const CALL_ID = "[a-zA-Z0-9]{9}";

/** `[TOOL_CALLS] [{"name": …, "arguments": …, "id": …}, …]`; the id may be missing. */
export function listedCalls(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const toolCalls = needed(spec.tokens.toolCalls, "tool calls");
  const syntax = (pattern: string): Part => syntaxPart(workshop, pattern);
  const { behind, elsewhere } = workshop.gapPatterns;
  const id = workshop.rule([
    [],
    [
      syntax(`${elsewhere},${behind}"id":${behind}"`),
      { kind: "text", lexeme: workshop.text(CALL_ID), span: "call_id" },
      syntax('"'),
    ],
  ]);
  const call = callObject(spec, workshop, { key: "arguments", after: [{ kind: "rule", rule: id }] });
  const more: Rule = workshop.rule([[syntax(`${elsewhere}\\]`)]]);
  const next: Part[] = [syntax(`${elsewhere},${behind}`), { kind: "rule", rule: call }, { kind: "rule", rule: more }];
  if (spec.parallel) more.alternatives.push(next);
  return workshop.rule([
    [token(toolCalls), syntax(` ?\\[${elsewhere}`), { kind: "rule", rule: call }, { kind: "rule", rule: more }],
  ]);
}

/** `[TOOL_CALLS]name[ARGS]{…}`, once per call, with `[CALL_ID]…` before the arguments where the model knows that token. */
export function namedCalls(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const toolCalls = needed(spec.tokens.toolCalls, "tool calls");
  const args = needed(spec.tokens.args, "arguments");
  const { callId } = spec.tokens;
  const id = workshop.rule([[]]);
  if (callId !== undefined && spec.protocol === "v11") {
    id.alternatives.push([token(callId), { kind: "text", lexeme: workshop.text(CALL_ID), span: "call_id" }]);
  }
  const call = workshop.rule(
    spec.tools.map((tool, index) => [
      token(toolCalls),
      namePart(tool, workshop),
      { kind: "rule", rule: id },
      token(args),
      argumentsPart(tool, index, workshop),
    ]),
  );
  return oneOrMore(spec, workshop, { call, between: [] });
}

/** `<tool_call>{"name": …, "arguments": …}</tool_call>` with the model's own marks, once per call. */
export function markedCalls(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const { open, close } = spec.tokens;
  if (open === undefined || close === undefined) throw new TypeError("marked calls need marks");
  const body: Part = { kind: "rule", rule: callObject(spec, workshop, { key: "arguments", after: [] }) };
  const space = syntaxPart(workshop, "\\n?");
  const call = workshop.rule([[workshop.mark(open), space, body, space, workshop.mark(close)]]);
  return oneOrMore(spec, workshop, { call, between: [space] });
}

/** `{"name": …, "parameters": …}`, several parted by `; `. */
export function objectCalls(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const call = callObject(spec, workshop, { key: "parameters", after: [] });
  return oneOrMore(spec, workshop, { call, between: [syntaxPart(workshop, "; ?")] });
}

/** One call as a JSON object. */
function callObject(
  { tools }: ToolCallSpec,
  workshop: GrammarWorkshop,
  { key, after }: { readonly key: "arguments" | "parameters"; readonly after: readonly Part[] },
): Rule {
  const syntax = (pattern: string): Part => syntaxPart(workshop, pattern);
  const { behind, beforeValue, elsewhere } = workshop.gapPatterns;
  return workshop.rule(
    tools.map((tool, index) => [
      syntax(`\\{${elsewhere}"name":${behind}"`),
      namePart(tool, workshop),
      syntax(`",${behind}"${key}":${beforeValue}`),
      argumentsPart(tool, index, workshop),
      ...after,
      syntax(`${elsewhere}\\}`),
    ]),
  );
}

function oneOrMore(
  { parallel }: ToolCallSpec,
  workshop: GrammarWorkshop,
  { call, between }: { readonly call: Rule; readonly between: readonly Part[] },
): Rule {
  const more: Rule = workshop.rule([[]]);
  if (parallel) more.alternatives.push([...between, { kind: "rule", rule: call }, { kind: "rule", rule: more }]);
  return workshop.rule([
    [
      { kind: "rule", rule: call },
      { kind: "rule", rule: more },
    ],
  ]);
}

function namePart(tool: ToolDefinition, workshop: GrammarWorkshop): Part {
  if (!/^[A-Za-z0-9_.-]+$/.test(tool.name)) {
    throw new GrammarError({
      code: "malformed",
      reason: `a tool's name has letters, digits, "_", "." and "-" only: "${tool.name}"`,
    });
  }
  return { kind: "text", lexeme: workshop.literal(tool.name), span: "call_name" };
}

function argumentsPart(tool: ToolDefinition, index: number, workshop: GrammarWorkshop): Part {
  try {
    return {
      kind: "value",
      type: workshop.schemaType(tool.parameters ?? {}, { type: "object" }),
      span: "call_arguments",
    };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const pointer = `/${index}/parameters${error.pointer ?? ""}`;
    throw new GrammarError({ code: error.code, reason: error.reason, keyword: error.keyword, pointer });
  }
}

function syntaxPart(workshop: GrammarWorkshop, pattern: string): Part {
  return { kind: "text", lexeme: workshop.text(pattern), span: "syntax" };
}

function needed(id: number | undefined, purpose: string): number {
  if (id !== undefined) return id;
  throw new GrammarError({ code: "unsupported", reason: `this model has no control token for ${purpose}` });
}

function token(id: number): Part {
  return { kind: "token", tokens: [id] };
}
