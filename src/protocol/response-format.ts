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
]);

/** What the answer must be. A JSON schema is enforced token by token, whatever `strict` says. */
export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json_object" }
  | { readonly kind: "json_schema"; readonly name: string; readonly schema: Readonly<Record<string, unknown>> };

export function readResponseFormat(format: z.infer<typeof ResponseFormatSchema> | null | undefined): ResponseFormat {
  if (!format || format.type === "text") return { kind: "text" };
  if (format.type === "json_object") return { kind: "json_object" };
  return { kind: "json_schema", name: format.json_schema.name, schema: format.json_schema.schema };
}
