import type { ToolCall } from "#protocol";
import type { ToolDefinition } from "../conversation.ts";
import { asJsonNode, normalizeJsonText, toJsonNode } from "../json-text.ts";
import type { JsonNode } from "../json-text.ts";

/** A JSON object with the given members in this order. */
export function jsonObject(members: Readonly<Record<string, JsonNode>>): JsonNode {
  return { kind: "object", members: new Map(Object.entries(members)) };
}

export function jsonString(value: string): JsonNode {
  return { kind: "string", value };
}

/** One tool as models were shown it: `{"type": "function", "function": {name, description, parameters}}`. */
export function toolNode(tool: ToolDefinition): JsonNode {
  return jsonObject({
    type: jsonString("function"),
    function: jsonObject({
      name: jsonString(tool.name),
      description: jsonString(tool.description),
      parameters: toJsonNode(tool.parameters),
    }),
  });
}

/** The arguments of a call; text that is not JSON stays a string. */
export function argumentsNode(call: ToolCall): JsonNode {
  return asJsonNode(normalizeJsonText(call.argumentsJson));
}
