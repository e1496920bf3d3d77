import { z } from "zod";

export const ResponseFormatSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({
      name: z.string(),
      description: z.string().nullish(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  }),
  // Our own: no hosted API has them.
  z.object({
    type: z.literal("regex"),
    regex: z.string().describe("ECMA-262 pattern (u flag) that the whole answer matches."),
  }),
  z.object({
    type: z.literal("grammar"),
    grammar: z.object({
      syntax: z.literal("ebnf").nullish(),
      definition: z
        .string()
        .describe("Context-free grammar; the answer is a text of its rule `root`, or else the first."),
    }),
  }),
]);

/** What the answer must be. A JSON schema is enforced token by token, whatever `strict` says. */
export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json_object" }
  | { readonly kind: "json_schema"; readonly name: string; readonly schema: Readonly<Record<string, unknown>> }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "ebnf"; readonly grammar: string };

export function readResponseFormat(format: z.infer<typeof ResponseFormatSchema> | null | undefined): ResponseFormat {
  if (!format || format.type === "text") return { kind: "text" };
  if (format.type === "json_object") return { kind: "json_object" };
  if (format.type === "regex") return { kind: "regex", pattern: format.regex };
  if (format.type === "grammar") return { kind: "ebnf", grammar: format.grammar.definition };
  return { kind: "json_schema", name: format.json_schema.name, schema: format.json_schema.schema };
}
