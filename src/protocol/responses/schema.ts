import { z } from "zod";

const TextPart = z.object({ type: z.enum(["input_text", "output_text", "text"]), text: z.string() });
const OtherPart = z.looseObject({ type: z.enum(["input_image", "input_file", "input_audio", "refusal"]) });
const Content = z.union([z.string(), z.array(z.union([TextPart, OtherPart]))]);

const InputItem = z.union([
  z.object({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
    id: z.string().nullish(),
    status: z.string().nullish(),
  }),
  z.object({
    type: z.literal("function_call_output"),
    call_id: z.string(),
    output: Content,
    id: z.string().nullish(),
    status: z.string().nullish(),
  }),
  z.looseObject({ type: z.literal("reasoning") }),
  z.looseObject({ type: z.literal("item_reference") }),
  z.object({
    type: z.literal("message").nullish(),
    role: z.enum(["user", "assistant", "system", "developer"]),
    content: Content,
    id: z.string().nullish(),
    status: z.string().nullish(),
  }),
]);

export const TextFormat = z.union([
  z.object({ type: z.enum(["text", "json_object"]) }),
  z.object({ type: z.literal("regex"), regex: z.string() }),
  z.object({
    type: z.literal("grammar"),
    grammar: z.object({ syntax: z.literal("ebnf").nullish(), definition: z.string() }),
  }),
  z.object({
    type: z.literal("json_schema"),
    name: z.string(),
    schema: z.record(z.string(), z.unknown()),
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
  }),
]);

const Tool = z.object({
  type: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});

/** OpenAI's newer request form, as far as a server without memory can serve it. */
export const ResponsesRequestSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(InputItem)]),
  instructions: z.string().nullish(),
  tools: z.array(Tool).max(128).nullish(),
  tool_choice: z
    .union([z.enum(["auto", "none", "required"]), z.object({ type: z.string(), name: z.string().nullish() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.object({ format: TextFormat.nullish(), verbosity: z.string().nullish() }).nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stream: z.boolean().nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  // Accepted and without effect here.
  store: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  user: z.string().nullish(),
  truncation: z.enum(["disabled", "auto"]).nullish(),
  service_tier: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
  stream_options: z.looseObject({}).nullish(),
  max_tool_calls: z.number().nullish(),
  // Known by name so that they are refused with a reason: they need a server that remembers.
  previous_response_id: z.string().nullish(),
  conversation: z.unknown().optional(),
  background: z.boolean().nullish(),
  prompt: z.unknown().optional(),
  top_logprobs: z.number().nullish(),
});

export type WireResponsesRequest = z.infer<typeof ResponsesRequestSchema>;
export type InputItem = z.infer<typeof InputItem>;
