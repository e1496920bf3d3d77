import { z } from "zod";
import type { Refusal } from "./refusal.ts";

const FunctionSchema = z.object({
  name: z.string(),
  description: z.string().nullish(),
  strict: z.boolean().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

/** Clients may leave `type` out; built-in tools (`web_search`, …) are known by name and refused with a reason. */
export const ToolSchema = z.object({ type: z.string().nullish(), function: FunctionSchema.optional() });

export const ToolChoiceSchema = z.union([
  z.enum(["auto", "none", "any", "required"]),
  z.object({ type: z.string().nullish(), function: z.object({ name: z.string() }).optional() }),
]);

/** A function the model may call. `parameters` is a JSON Schema. */
export interface FunctionTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Whether a schema that cannot be enforced is an error. */
  readonly strict: boolean;
}

/** `any`: at least one call of any tool; `named`: only calls of that one. */
export type ToolChoice = { readonly kind: "auto" | "none" | "any" } | { readonly kind: "named"; readonly name: string };

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Why these tools cannot be offered, or undefined. */
export function findToolProblem(
  tools: readonly z.infer<typeof ToolSchema>[],
  choice: z.infer<typeof ToolChoiceSchema> | null | undefined,
): Refusal | undefined {
  for (const [index, tool] of tools.entries()) {
    const field = `tools[${index}]`;
    if (!tool.function) {
      return refusal("capability_missing", `The tool type '${tool.type ?? "?"}' is not available here`, field);
    }
    const { name } = tool.function;
    if (!NAME.test(name)) {
      const rule = "must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64";
      return refusal("invalid_function_call", `Function name was ${name} but ${rule}.`, `${field}.function.name`);
    }
  }
  if (choice === null || choice === undefined || choice === "auto" || choice === "none") return undefined;
  if (typeof choice !== "string" && !choice.function) {
    return refusal("invalid_request", `The tool choice type '${choice.type ?? "?"}' is not supported`, "tool_choice");
  }
  if (tools.length === 0) return refusal("invalid_request", "tool_choice needs tools", "tool_choice");
  if (typeof choice === "string") return undefined;
  const known = tools.some((tool) => tool.function?.name === choice.function?.name);
  return known
    ? undefined
    : refusal("invalid_request", `tool_choice names '${choice.function?.name}', which is not in tools`, "tool_choice");
}

export function readTools(tools: readonly z.infer<typeof ToolSchema>[]): readonly FunctionTool[] {
  return tools.flatMap(({ function: given }) =>
    given
      ? [
          {
            name: given.name,
            description: given.description ?? "",
            parameters: given.parameters ?? { type: "object", properties: {} },
            strict: given.strict ?? false,
          },
        ]
      : [],
  );
}

export function readToolChoice(choice: z.infer<typeof ToolChoiceSchema> | null | undefined): ToolChoice {
  if (choice === "none") return { kind: "none" };
  if (choice === "any" || choice === "required") return { kind: "any" };
  if (typeof choice === "object" && choice?.function) return { kind: "named", name: choice.function.name };
  return { kind: "auto" };
}

function refusal(code: Refusal["code"], message: string, field: string): Refusal {
  return { code, message, field };
}
