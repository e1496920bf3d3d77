import { type CompiledGrammar } from "./compiled-grammar.ts";
import { GrammarError } from "./grammar-error.ts";
import { type CompilerOptions, GrammarWorkshop } from "./workshop.ts";
import type { Part, Rule } from "./machine/rule.ts";

/** How a model writes its calls. `list`: one JSON list; `named`: name, control token, arguments, once per call. */
export type ToolProtocol = "v1-v3" | "v7" | "v11" | "v13";

/** Ids of the control tokens that the protocol uses; those that the vocabulary lacks are undefined. */
export interface ToolTokens {
  readonly toolCalls: number | undefined;
  readonly args?: number | undefined;
  readonly callId?: number | undefined;
  readonly think?: number | undefined;
  readonly endThink?: number | undefined;
}

export interface ToolDefinition {
  readonly name: string;
  /** JSON Schema of the arguments; undefined: any object. */
  readonly parameters: unknown;
}

export interface ToolCallSpec {
  readonly protocol: ToolProtocol;
  readonly tokens: ToolTokens;
  readonly tools: readonly ToolDefinition[];
  /** `auto`: text or calls; `none`: text only; `required`: at least one call; a name: calls of that tool only. */
  readonly choice: "auto" | "none" | "required" | { readonly name: string };
  /** Whether one answer may hold several calls. */
  readonly parallel: boolean;
  /** What an answer that is no call must be valid against, instead of free text. */
  readonly responseSchema?: unknown;
}

const CALL_ID = "[a-zA-Z0-9]{9}";

/**
 * The answers of a model that may call tools, in its own format. Names are those of the tools, arguments satisfy their
 * schemas, and the matcher knows which byte belongs to what (`Matcher.spans`), so that nothing is parsed afterwards.
 */
export function compileToolCalls(spec: ToolCallSpec, options: CompilerOptions = {}): CompiledGrammar {
  const workshop = new GrammarWorkshop(options);
  const calls = spec.choice === "none" ? undefined : callRule(spec, workshop);
  const answers: (readonly Part[])[] = [];
  if (spec.choice === "auto" || spec.choice === "none") answers.push([answerPart(spec, workshop)]);
  if (calls !== undefined) {
    const isFree = spec.choice === "auto" && spec.responseSchema === undefined;
    const content: readonly Part[] = isFree ? [freeText(workshop, "content")] : [];
    answers.push([...content, { kind: "rule", rule: calls }]);
  }
  const answer = workshop.rule(answers);
  return workshop.grammar(withThinking(spec, answer, workshop));
}

function answerPart(spec: ToolCallSpec, workshop: GrammarWorkshop): Part {
  if (spec.responseSchema === undefined) return freeText(workshop, "content");
  return { kind: "value", type: workshop.schemaType(spec.responseSchema), span: "content" };
}

/** An optional thought before the answer, where the model has tokens for it. */
function withThinking(spec: ToolCallSpec, answer: Rule, workshop: GrammarWorkshop): Rule {
  const { think, endThink } = spec.tokens;
  if (spec.protocol !== "v13" || think === undefined || endThink === undefined) return answer;
  const thought: Part[] = [token(think), freeText(workshop, "thinking"), token(endThink)];
  return workshop.rule([[{ kind: "rule", rule: answer }], [...thought, { kind: "rule", rule: answer }]]);
}

function callRule(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const { toolCalls } = spec.tokens;
  if (toolCalls === undefined)
    throw new GrammarError({ code: "unsupported", reason: "this model has no control token for tool calls" });
  const { choice } = spec;
  const tools = typeof choice === "string" ? spec.tools : spec.tools.filter(({ name }) => name === choice.name);
  if (tools.length === 0) throw new GrammarError({ code: "unsatisfiable", reason: "there is no tool to call" });
  const isList = spec.protocol === "v1-v3" || spec.protocol === "v7";
  return isList
    ? listOfCalls({ ...spec, tools }, workshop, toolCalls)
    : namedCalls({ ...spec, tools }, workshop, toolCalls);
}

/** `[TOOL_CALLS] [{"name": …, "arguments": …, "id": …}, …]`; the id may be missing. */
function listOfCalls(spec: ToolCallSpec, workshop: GrammarWorkshop, toolCalls: number): Rule {
  const syntax = (pattern: string): Part => ({ kind: "text", lexeme: workshop.text(pattern), span: "syntax" });
  const id = workshop.rule([
    [],
    [syntax('\\s?,\\s?"id":\\s?"'), { kind: "text", lexeme: workshop.text(CALL_ID), span: "call_id" }, syntax('"')],
  ]);
  const call = workshop.rule(
    spec.tools.map((tool, index) => [
      syntax('\\{\\s?"name":\\s?"'),
      namePart(tool, workshop),
      syntax('",\\s?"arguments":'),
      argumentsPart(tool, index, workshop),
      { kind: "rule", rule: id },
      syntax("\\s?\\}"),
    ]),
  );
  const more: Rule = workshop.rule([[syntax("\\s?\\]")]]);
  const next: Part[] = [syntax("\\s?,\\s?"), { kind: "rule", rule: call }, { kind: "rule", rule: more }];
  if (spec.parallel) more.alternatives.push(next);
  return workshop.rule([
    [token(toolCalls), syntax("\\s?\\[\\s?"), { kind: "rule", rule: call }, { kind: "rule", rule: more }],
  ]);
}

/** `[TOOL_CALLS]name[ARGS]{…}`, once per call, with `[CALL_ID]…` before the arguments where the model knows that token. */
function namedCalls(spec: ToolCallSpec, workshop: GrammarWorkshop, toolCalls: number): Rule {
  const { args, callId } = spec.tokens;
  if (args === undefined)
    throw new GrammarError({ code: "unsupported", reason: "this model has no control token for arguments" });
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
  const more: Rule = workshop.rule([[]]);
  if (spec.parallel)
    more.alternatives.push([
      { kind: "rule", rule: call },
      { kind: "rule", rule: more },
    ]);
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

function freeText(workshop: GrammarWorkshop, span: "content" | "thinking"): Part {
  return { kind: "text", lexeme: workshop.anyText(), span };
}

function token(id: number): Part {
  return { kind: "token", tokens: [id] };
}
