import { TramontaneError } from "#base";
import type { Constraint } from "#engine";
import type { ChatTemplate, ToolCallProtocol } from "#prompt";
import type { ChatRequest, FunctionTool } from "#protocol";
import type { SchemaCheck } from "./schema-check.ts";

/** What the answer must be, and which of the client's wishes about it could only be kept in part. */
export interface AnswerForm {
  /** Undefined: free text. */
  readonly constraint: Constraint | undefined;
  readonly ignored: readonly string[];
}

type ToolCalls = Extract<Constraint, { kind: "tool_calls" }>;

const FREE: AnswerForm = { constraint: undefined, ignored: [] };

/**
 * The form a request asks for, enforced token by token: never a best effort. Errors: `invalid_tool_schema`,
 * `invalid_schema`, `not_available_yet` for tool formats that cannot be enforced.
 */
export function answerForm(request: ChatRequest, template: ChatTemplate, check: SchemaCheck): AnswerForm {
  const { tools, toolChoice, responseFormat } = request;
  if (responseFormat.kind === "json_schema") refuseSchema(responseFormat.schema, check);
  if (tools.length > 0 && toolChoice.kind !== "none") return formWithTools(request, template, check);
  if (responseFormat.kind === "text") return FREE;
  if (responseFormat.kind === "json_object") return { constraint: { kind: "json_object" }, ignored: [] };
  return { constraint: { kind: "json_schema", schema: responseFormat.schema }, ignored: [] };
}

/** Whether calls in this protocol can be enforced. */
export function enforceable(protocol: ToolCallProtocol | undefined): ToolCalls["protocol"] | undefined {
  if (protocol?.kind === "mistral-list") return protocol.ids ? "v7" : "v1-v3";
  if (protocol?.kind === "mistral-named") return protocol.callIds ? "v11" : "v13";
  return undefined;
}

function formWithTools(request: ChatRequest, { capabilities }: ChatTemplate, check: SchemaCheck): AnswerForm {
  const { tools, toolChoice, parallelToolCalls, responseFormat } = request;
  const protocol = enforceable(capabilities.toolCalls);
  if (protocol === undefined) {
    const message = "Tool calls in this model's format are not available yet";
    throw new TramontaneError("not_available_yet", message, { field: "tools" });
  }
  const ignored: string[] = [];
  const offered = tools.map((tool, index) => {
    const field = `tools[${index}].function.parameters`;
    const isEnforced = checkTool(tool, field, check);
    if (!isEnforced) ignored.push(field);
    return { name: tool.name, parameters: isEnforced ? tool.parameters : { type: "object" } };
  });
  const constraint: ToolCalls = {
    kind: "tool_calls",
    protocol,
    tools: offered,
    choice: toolChoice.kind === "named" ? { name: toolChoice.name } : toolChoice.kind === "any" ? "required" : "auto",
    parallel: parallelToolCalls,
    // A client that did not ask for thoughts expects plain text beside its calls.
    thinking: request.wantsReasoning ?? false,
  };
  if (responseFormat.kind === "text") return { constraint, ignored };
  const responseSchema = responseFormat.kind === "json_schema" ? responseFormat.schema : { type: "object" };
  return { constraint: { ...constraint, responseSchema }, ignored };
}

/** Whether a tool's schema can be enforced; if not, only a strict tool is refused. What is no schema always is. */
function checkTool({ parameters, strict }: FunctionTool, field: string, check: SchemaCheck): boolean {
  const problem = check(parameters);
  if (problem === undefined) return true;
  if (problem.code !== "malformed" && !strict) return false;
  throw new TramontaneError("invalid_tool_schema", `Invalid tool schema: ${problem.message}`, {
    cause: problem,
    field,
  });
}

function refuseSchema(schema: unknown, check: SchemaCheck): void {
  const problem = check(schema);
  if (problem === undefined) return;
  const field = `response_format.json_schema.schema${problem.pointer ? `#${problem.pointer}` : ""}`;
  const details = { reason: problem.code, ...(problem.keyword === undefined ? {} : { keyword: problem.keyword }) };
  throw new TramontaneError("invalid_schema", problem.message, { cause: problem, field, details });
}
