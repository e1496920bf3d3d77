import { TramontaneError } from "#base";
import type { Call } from "../inference/call.ts";
import type { Agents } from "./agents.ts";
import { functionTools } from "./turn-request.ts";

/**
 * The body of a chat request, from one that names an agent instead of a model: the agent's instructions come first, what
 * the request says itself wins over the agent's settings. Errors: `invalid_request`, `not_found`.
 */
export async function agentChatBody(agents: Agents, body: unknown, call: Call): Promise<object> {
  const { agent_id: id, model, messages, ...rest } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof id !== "string") throw refusal("agent_id must name an agent", "agent_id");
  if (model !== undefined) throw refusal("The agent says which model answers: leave `model` out", "model");
  const agent = await agents.get(call.caller, id);
  const system = agent.instructions ? [{ role: "system", content: agent.instructions }] : [];
  const said: unknown = Array.isArray(messages) ? [...system, ...(messages as unknown[])] : messages;
  const tools = rest["tools"] ?? functionTools(agent.tools ?? [], call);
  const hasTools = Array.isArray(tools) && tools.length > 0;
  const { tool_choice: choice, ...args } = agent.completion_args ?? {};
  const offered = hasTools ? { tools, ...(choice === undefined ? {} : { tool_choice: choice }) } : {};
  const guardrails = agent.guardrails ? { guardrails: agent.guardrails } : {};
  return { ...args, ...offered, ...guardrails, ...rest, model: agent.model, messages: said };
}

function refusal(message: string, field: string): TramontaneError {
  return new TramontaneError("invalid_request", message, { field });
}
