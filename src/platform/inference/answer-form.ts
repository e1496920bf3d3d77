import { TramontaneError } from "#base";
import type { Constraint } from "#engine";
import type { ResponseForm, ToolProtocol } from "#grammar";
import type { ChatTemplate, TemplateCapabilities, ToolCallProtocol } from "#prompt";
import type { ChatRequest, FunctionTool, ResponseFormat } from "#protocol";
import type { FormProblem, FormSource, FormVerdict } from "../forms/form-source.ts";

/** What the answer must be, and which of the client's wishes about it could only be kept in part. */
export interface AnswerForm {
  /** Undefined: free text. */
  readonly constraint: Constraint | undefined;
  /** What compiling the form took, milliseconds. */
  readonly compileMs: number;
  readonly ignored: readonly string[];
}

/** Says whether a form can be enforced; never rejects. */
export type FormCheck = (source: FormSource) => Promise<FormVerdict>;

type ToolCalls = Extract<Constraint, { kind: "tool_calls" }>;

/**
 * The form a request asks for, enforced token by token: never a best effort. Errors: `invalid_tool_schema`,
 * `invalid_schema`, `capability_missing` where the model has no form for calls.
 */
export async function answerForm(
  request: ChatRequest,
  { capabilities }: ChatTemplate,
  check: FormCheck,
): Promise<AnswerForm> {
  const { tools, toolChoice, responseFormat } = request;
  const response = responseOf(responseFormat);
  const { problem, compileMs } = response ? await check(response) : { problem: undefined, compileMs: 0 };
  if (problem !== undefined) throw refusedForm(responseFormat, problem);
  const thought = thoughtOf(request, capabilities);
  if (tools.length > 0 && toolChoice.kind !== "none") {
    const offered = await offerTools(tools, check);
    const constraint = { ...callsOf(request, capabilities, response), tools: offered.tools, thought };
    return { constraint, compileMs: compileMs + offered.compileMs, ignored: offered.ignored };
  }
  if (response === undefined) return { constraint: undefined, compileMs, ignored: [] };
  if (thought === undefined) {
    const constraint: Constraint = responseFormat.kind === "json_object" ? { kind: "json_object" } : response;
    return { constraint, compileMs, ignored: [] };
  }
  // A thought comes first: that is an answer with calls, without the calls.
  const alone = { kind: "tool_calls", protocol: "v13", tools: [], choice: "none", parallel: false } as const;
  return { constraint: { ...alone, response, thought }, compileMs, ignored: [] };
}

/** Whether calls in this protocol can be enforced. */
export function enforceable(protocol: ToolCallProtocol | undefined): ToolProtocol | undefined {
  switch (protocol?.kind) {
    case "mistral-list":
      return protocol.ids ? "v7" : "v1-v3";
    case "mistral-named":
      return protocol.callIds ? "v11" : "v13";
    case "marked-json":
      return "marked";
    case "bare-json":
      return "bare";
    case undefined:
      return undefined;
  }
}

function responseOf(format: ResponseFormat): ResponseForm | undefined {
  switch (format.kind) {
    case "text":
      return undefined;
    case "json_object":
      return { kind: "json_schema", schema: { type: "object" } };
    case "json_schema":
      return { kind: "json_schema", schema: format.schema };
    default:
      return format;
  }
}

function callsOf(
  { toolChoice, parallelToolCalls, responseFormat }: ChatRequest,
  { toolCalls }: TemplateCapabilities,
  response: ResponseForm | undefined,
): Omit<ToolCalls, "tools"> {
  const protocol = enforceable(toolCalls);
  if (protocol === undefined) {
    throw new TramontaneError("capability_missing", "This model's chat format has no form for function calls", {
      field: "tools",
      hint: "GET /v1/models shows which models have function_calling.",
    });
  }
  const choice =
    toolChoice.kind === "named" ? { name: toolChoice.name } : toolChoice.kind === "any" ? "required" : "auto";
  if (protocol === "bare" && choice === "auto" && responseFormat.kind !== "text") {
    const message = "In this model's format a call cannot be told from an answer of another form";
    throw new TramontaneError("capability_missing", message, {
      field: "response_format",
      hint: 'Send tools or response_format, or tool_choice "any".',
    });
  }
  const marks = toolCalls?.kind === "marked-json" ? { open: toolCalls.open, close: toolCalls.close } : undefined;
  return { kind: "tool_calls", protocol, choice, parallel: parallelToolCalls, response, marks };
}

/** A client that did not ask for thoughts expects none beside its form, unless the prompt has opened one. */
function thoughtOf({ wantsReasoning }: ChatRequest, { thinking }: TemplateCapabilities): ToolCalls["thought"] {
  return thinking !== undefined && (thinking.startsOpen || wantsReasoning) ? thinking : undefined;
}

async function offerTools(
  tools: readonly FunctionTool[],
  check: FormCheck,
): Promise<{ tools: ToolCalls["tools"]; compileMs: number; ignored: string[] }> {
  const verdicts = await Promise.all(tools.map(({ parameters: schema }) => check({ kind: "json_schema", schema })));
  const ignored: string[] = [];
  const offered = tools.map((tool, index) => {
    const field = `tools[${index}].function.parameters`;
    const isEnforced = checkTool(tool, field, verdicts[index]!.problem);
    if (!isEnforced) ignored.push(field);
    return { name: tool.name, parameters: isEnforced ? tool.parameters : { type: "object" } };
  });
  return { tools: offered, compileMs: verdicts.reduce((sum, verdict) => sum + verdict.compileMs, 0), ignored };
}

/** Whether a tool's schema can be enforced; if not, only a strict tool is refused. What is no schema always is. */
function checkTool({ strict }: FunctionTool, field: string, problem: FormProblem | undefined): boolean {
  if (problem === undefined) return true;
  if (problem.code !== "malformed" && !strict) return false;
  throw new TramontaneError("invalid_tool_schema", `Invalid tool schema: ${problem.message}`, {
    field,
    details: { reason: problem.code },
  });
}

const FIELDS: Readonly<Record<ResponseFormat["kind"], string>> = {
  text: "response_format",
  json_object: "response_format",
  json_schema: "response_format.json_schema.schema",
  regex: "response_format.regex",
  ebnf: "response_format.grammar.definition",
};

function refusedForm({ kind }: ResponseFormat, { code, message, pointer, keyword }: FormProblem): TramontaneError {
  const field = `${FIELDS[kind]}${pointer ? `#${pointer}` : ""}`;
  const details = { reason: code, ...(keyword === undefined ? {} : { keyword }) };
  return new TramontaneError("invalid_schema", message, { field, details });
}
