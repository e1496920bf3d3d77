import { type CompiledGrammar } from "./compiled-grammar.ts";
import { ebnfRule } from "./ebnf/compile-ebnf.ts";
import { GrammarError } from "./grammar-error.ts";
import { listedCalls, markedCalls, namedCalls, objectCalls } from "./tool-formats.ts";
import { type CompilerOptions, GrammarWorkshop } from "./workshop.ts";
import type { Part, Rule } from "./machine/rule.ts";

/**
 * How a model writes its calls. `v1-v3`, `v7`: one JSON list; `v11`, `v13`: name, control token, arguments, once per call;
 * `marked`: `{"name", "arguments"}` between two marks, once per call; `bare`: the answer is `{"name", "parameters"}`, several
 * parted by `; `.
 */
export type ToolProtocol = "v1-v3" | "v7" | "v11" | "v13" | "marked" | "bare";

/** A text that sets something apart; with `token`, it is that control token and no text. */
export interface MarkText {
  readonly text: string;
  readonly token?: number | undefined;
}

/** The control tokens and marks that the protocol uses; those that the vocabulary lacks are undefined. */
export interface ToolTokens {
  readonly toolCalls?: number | undefined;
  readonly args?: number | undefined;
  readonly callId?: number | undefined;
  /** Around the calls of `marked`. */
  readonly open?: MarkText | undefined;
  readonly close?: MarkText | undefined;
}

/** A thought before the answer. */
export interface ThoughtSpec {
  readonly open: MarkText;
  readonly close: MarkText;
  /** The prompt opened it: the answer begins inside. Otherwise it may be left out. */
  readonly startsOpen: boolean;
  /** Whether line breaks may stand after it. */
  readonly padded: boolean;
}

export interface ToolDefinition {
  readonly name: string;
  /** JSON Schema of the arguments; undefined: any object. */
  readonly parameters: unknown;
}

/** The form of an answer, or of the part of it that is no call. */
export type ResponseForm =
  | { readonly kind: "json_schema"; readonly schema: unknown }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "ebnf"; readonly grammar: string };

export interface ToolCallSpec {
  readonly protocol: ToolProtocol;
  readonly tokens: ToolTokens;
  readonly tools: readonly ToolDefinition[];
  /** `auto`: text or calls; `none`: text only; `required`: at least one call; a name: calls of that tool only. */
  readonly choice: "auto" | "none" | "required" | { readonly name: string };
  /** Whether one answer may hold several calls. */
  readonly parallel: boolean;
  /** What an answer that is no call must be, instead of free text. */
  readonly response?: ResponseForm | undefined;
  readonly thought?: ThoughtSpec | undefined;
}

/**
 * The answers of a model that may call tools, in its own format. Names are those of the tools, arguments satisfy their
 * schemas, and the matcher knows which byte belongs to what (`Matcher.spans`), so that nothing is parsed afterwards.
 */
export function compileToolCalls(spec: ToolCallSpec, options: CompilerOptions = {}): CompiledGrammar {
  const workshop = new GrammarWorkshop(options);
  const calls = spec.choice === "none" ? undefined : callRule(spec, workshop);
  const answers: (readonly Part[])[] = [];
  if (spec.choice === "auto" || spec.choice === "none") answers.push([responsePart(spec, workshop)]);
  if (calls !== undefined) {
    // An answer that begins with `{` is a call of `bare`: words before it would make it words.
    const isFree = spec.choice === "auto" && spec.response === undefined && spec.protocol !== "bare";
    const content: readonly Part[] = isFree ? [words(spec, workshop)] : [];
    answers.push([...content, { kind: "rule", rule: calls }]);
  }
  return workshop.grammar(withThought(spec, workshop.rule(answers), workshop));
}

function callRule(spec: ToolCallSpec, workshop: GrammarWorkshop): Rule {
  const { choice } = spec;
  const tools = typeof choice === "string" ? spec.tools : spec.tools.filter(({ name }) => name === choice.name);
  if (tools.length === 0) throw new GrammarError({ code: "unsatisfiable", reason: "there is no tool to call" });
  const narrowed = { ...spec, tools };
  switch (spec.protocol) {
    case "v1-v3":
    case "v7":
      return listedCalls(narrowed, workshop);
    case "v11":
    case "v13":
      return namedCalls(narrowed, workshop);
    case "marked":
      return markedCalls(narrowed, workshop);
    case "bare":
      return objectCalls(narrowed, workshop);
  }
}

function responsePart(spec: ToolCallSpec, workshop: GrammarWorkshop): Part {
  const { response } = spec;
  if (response === undefined) return words(spec, workshop);
  if (spec.protocol === "bare" && spec.choice === "auto") {
    const reason = "a call in this model's format cannot be told from an answer of a form of its own";
    throw new GrammarError({ code: "unsupported", reason });
  }
  switch (response.kind) {
    case "json_schema":
      return { kind: "value", type: workshop.schemaType(response.schema), span: "content" };
    case "regex":
      return { kind: "text", lexeme: workshop.text(response.pattern), span: "content" };
    case "ebnf":
      return { kind: "rule", rule: ebnfRule(response.grammar, workshop) };
  }
}

/** Free text, as far as it cannot be taken for a call. */
function words({ protocol, tokens, choice }: ToolCallSpec, workshop: GrammarWorkshop): Part {
  const { regex } = workshop;
  if (choice !== "none" && protocol === "bare") {
    const words = workshop.pattern("(?:\\s*[^\\s\\{][^]*)?");
    return { kind: "text", lexeme: workshop.textOf(words), span: "content" };
  }
  const isMarked = choice !== "none" && protocol === "marked" && tokens.open?.token === undefined;
  const text = isMarked ? workshop.textWithout(tokens.open?.text ?? "") : regex.anyText;
  return { kind: "text", lexeme: workshop.textOf(text), span: "content" };
}

function withThought({ thought }: ToolCallSpec, answer: Rule, workshop: GrammarWorkshop): Rule {
  if (thought === undefined) return answer;
  const { open, close, startsOpen, padded } = thought;
  const isText = close.token === undefined;
  const inside = workshop.textOf(isText ? workshop.textWithout(close.text) : workshop.regex.anyText);
  const afterwards: Part[] = padded ? [{ kind: "text", lexeme: workshop.text("\\n{0,2}"), span: "syntax" }] : [];
  const rest: Part[] = [
    { kind: "text", lexeme: inside, span: "thinking" },
    workshop.mark(close),
    ...afterwards,
    { kind: "rule", rule: answer },
  ];
  if (startsOpen) return workshop.rule([rest]);
  return workshop.rule([[{ kind: "rule", rule: answer }], [workshop.mark(open), ...rest]]);
}
