import type { z } from "zod";
import { TramontaneError } from "#base";

/** Parses what came from outside. Errors: `invalid_request` that names the field and what was expected. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown, name = "body"): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.length > 0 ? issue.path.join(".") : name;
  throw new TramontaneError("invalid_request", `${field}: ${issue.message}`, { field });
}
