import { z } from "zod";
import { TramontaneError } from "#base";

/** A repeated parameter, however often it came. */
export const repeated = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).optional());

/** `true` and `false`, as query strings write them. */
export const flag = z.stringbool();

/** Which page of a list, from 0. */
export const PageQuery = {
  page: z.coerce.number().int().min(0).default(0),
  page_size: z.coerce.number().int().min(1).max(1000).default(100),
};

/** Reads query parameters; unknown ones are left alone, as the web has it. Errors: `validation_failed`. */
export function readQuery<S extends z.ZodObject>(schema: S, query: Readonly<Record<string, unknown>>): z.infer<S> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map((issue) => ({
    type: "value_error",
    loc: ["query", ...issue.path.map(String)],
    msg: issue.message,
    input: null,
  }));
  const { loc, msg } = detail[0]!;
  throw new TramontaneError("validation_failed", `${loc.join(".")}: ${msg}`, {
    ...(loc[1] === undefined ? {} : { field: loc[1] }),
    details: { detail },
  });
}
