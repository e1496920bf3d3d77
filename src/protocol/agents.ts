import { z } from "zod";
import { GuardrailSchema } from "./moderations.ts";

const Text = z.string().refine((text) => !text.includes("\u0000"), "must not contain a NUL");

/** Every kind of tool is kept; only functions are offered to a model, the others are named as ignored. */
const Tool = z.looseObject({ type: z.string().nullish(), function: z.looseObject({ name: z.string() }).nullish() });

/** What an answer's sampling may be told; the fields of a chat request. */
export const CompletionArgsSchema = z.object({
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  max_tokens: z.number().int().nullish(),
  random_seed: z.number().int().nullish(),
  prediction: z.looseObject({}).nullish(),
  response_format: z.looseObject({}).nullish(),
  tool_choice: z.unknown().optional(),
  reasoning_effort: z.string().nullish(),
});
export type CompletionArgs = z.infer<typeof CompletionArgsSchema>;

const AgentFields = {
  instructions: Text.nullish(),
  tools: z.array(Tool).max(128).nullish(),
  completion_args: CompletionArgsSchema.nullish(),
  guardrails: z.array(GuardrailSchema).max(8).nullish(),
  description: Text.nullish(),
  handoffs: z.array(z.string()).max(0, "handoffs are not available yet").nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  version_message: Text.max(500).nullish(),
};

export const CreateAgentSchema = z.object({ model: z.string(), name: Text.min(1), ...AgentFields });
export const UpdateAgentSchema = z.object({
  model: z.string().nullish(),
  name: Text.min(1).nullish(),
  deployment_chat: z.boolean().nullish(),
  ...AgentFields,
});
export type CreateAgent = z.infer<typeof CreateAgentSchema>;
export type UpdateAgent = z.infer<typeof UpdateAgentSchema>;

/** An entry of a conversation, as clients send it or have got it from us. */
const Entry = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("message.input"), role: z.enum(["user", "assistant"]), content: z.unknown() }),
  z.looseObject({ type: z.literal("message.output"), content: z.unknown() }),
  z.looseObject({
    type: z.literal("function.call"),
    tool_call_id: z.string(),
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
  }),
  z.looseObject({ type: z.literal("function.result"), tool_call_id: z.string(), result: z.string() }),
  z.looseObject({ type: z.literal("tool.execution"), name: z.string(), arguments: z.string() }),
]);
export type ConversationEntry = z.infer<typeof Entry>;

// Clients leave the type of a message out.
const Inputs = z.union([
  Text,
  z.array(
    z.preprocess(
      (entry) =>
        typeof entry === "object" && entry !== null && !("type" in entry) && "role" in entry
          ? { type: "message.input", ...entry }
          : entry,
      Entry,
    ),
  ),
]);

const TurnFields = {
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  handoff_execution: z.enum(["client", "server"]).nullish(),
  completion_args: CompletionArgsSchema.nullish(),
};

export const StartConversationSchema = z.object({
  inputs: Inputs.describe("What is said first."),
  ...TurnFields,
  model: z.string().nullish(),
  agent_id: z.string().nullish(),
  agent_version: z.union([z.string(), z.number().int()]).nullish(),
  instructions: Text.nullish(),
  tools: z.array(Tool).max(128).nullish(),
  guardrails: AgentFields.guardrails,
  name: Text.nullish(),
  description: Text.nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export const AppendConversationSchema = z.object({ inputs: Inputs.nullish(), ...TurnFields });
export const RestartConversationSchema = z.object({
  inputs: Inputs.nullish(),
  ...TurnFields,
  from_entry_id: z.string(),
  guardrails: AgentFields.guardrails,
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type StartConversation = z.infer<typeof StartConversationSchema>;
export type AppendConversation = z.infer<typeof AppendConversationSchema>;
export type RestartConversation = z.infer<typeof RestartConversationSchema>;

/** One event of a streamed turn. */
export interface ConversationEvent {
  readonly type:
    | "conversation.response.started"
    | "tool.execution.started"
    | "tool.execution.done"
    | "message.output.delta"
    | "function.call.delta"
    | "conversation.response.done"
    | "conversation.response.error";
  readonly [field: string]: unknown;
}
