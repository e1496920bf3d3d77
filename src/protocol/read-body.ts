import type { z } from "zod";
import type { Reading, ValidationDetail } from "./refusal.ts";

export interface ReadBodyOptions {
  /** What to do with top-level fields the schema does not know; nested ones are always ignored and named. */
  readonly unknownFields: "reject" | "ignore";
}

/**
 * Checks a parsed JSON body against a schema. Unknown top-level fields are refused (`extra_forbidden`), so that a typo
 * never changes an answer in silence; unknown nested fields are ignored and reported in `ignored`.
 */
export function readBody<S extends z.ZodObject>(
  schema: S,
  body: unknown,
  options: ReadBodyOptions = { unknownFields: "reject" },
): Reading<z.infer<S>> {
  const extra = options.unknownFields === "reject" ? findUnknownFields(schema, body) : [];
  const parsed = schema.safeParse(body);
  if (parsed.success && extra.length === 0) {
    const ignored: string[] = [];
    addIgnored(ignored, body, parsed.data, "");
    return { ok: true, value: parsed.data, ignored };
  }
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => describeIssue(issue, body));
  const detail = [...issues, ...extra];
  const first = detail[0]!;
  return {
    ok: false,
    refusal: {
      code: "validation_failed",
      message: `${first.loc.join(".")}: ${first.msg}`,
      ...(first.loc.length > 1 ? { field: String(first.loc[1]) } : {}),
      detail,
    },
  };
}

function findUnknownFields(schema: z.ZodObject, body: unknown): ValidationDetail[] {
  if (!isPlainObject(body)) return [];
  return Object.keys(body)
    .filter((key) => !Object.hasOwn(schema.shape, key))
    .map((key) => ({
      type: "extra_forbidden",
      loc: ["body", key],
      msg: "Extra inputs are not permitted",
      input: echo(body[key]),
    }));
}

/** Adds the paths present in `input` and absent from `output`: what the schema dropped. */
function addIgnored(ignored: string[], input: unknown, output: unknown, path: string): void {
  // What the schema passed through unread (a tool's parameters, however deep) is not ours to judge.
  if (input === output) return;
  if (Array.isArray(input) && Array.isArray(output)) {
    for (const [index, item] of input.entries()) addIgnored(ignored, item, output[index], `${path}[${index}]`);
  } else if (isPlainObject(input) && isPlainObject(output)) {
    for (const key of Object.keys(input)) {
      // Most is the same, and needs no path.
      if (input[key] === output[key] && input[key] !== undefined) continue;
      const inner = path === "" ? key : `${path}.${key}`;
      if (Object.hasOwn(output, key)) addIgnored(ignored, input[key], output[key], inner);
      else ignored.push(inner);
    }
  }
}

/** What came, when it is short and simple; prompts and deep structures are not repeated. */
function echo(input: unknown): unknown {
  const isSimple = typeof input === "number" || typeof input === "boolean" || input === null;
  return isSimple || (typeof input === "string" && input.length <= 100) ? input : null;
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue, body: unknown): ValidationDetail[] {
  if (issue.code === "invalid_union" && issue.errors.length > 0) return describeUnion(issue, body);
  const loc = ["body", ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  const input = valueAt(body, issue.path);
  if (input === undefined) return [{ type: "missing", loc, msg: "Field required", input: null }];
  return [{ ...describe(issue), loc, input: echo(input) }];
}

/** A union's most helpful complaint is that of the branch which got furthest. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, body: unknown): ValidationDetail[] {
  const depth = (errors: readonly Issue[]) => Math.max(0, ...errors.map((error) => error.path.length));
  const best = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
  return best.slice(0, 3).flatMap((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, body));
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  int: "int",
  boolean: "bool",
  array: "list",
  object: "dict",
  record: "dict",
};
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  int: "integer",
  boolean: "boolean",
  array: "list",
  object: "dictionary",
  record: "dictionary",
};

function describe(issue: Issue): { type: string; msg: string } {
  switch (issue.code) {
    case "invalid_type":
      return {
        type: `${TYPE_WORDS[issue.expected] ?? issue.expected}_type`,
        msg: `Input should be a valid ${TYPE_NAMES[issue.expected] ?? issue.expected}`,
      };
    case "invalid_value":
      return {
        type: "literal_error",
        msg: `Input should be ${issue.values.map((v) => `'${String(v)}'`).join(" or ")}`,
      };
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? { type: "greater_than_equal", msg: `Input should be greater than or equal to ${issue.minimum}` }
        : { type: "too_short", msg: `Input should have at least ${issue.minimum} items` };
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? { type: "less_than_equal", msg: `Input should be less than or equal to ${issue.maximum}` }
        : { type: "too_long", msg: `Input should have at most ${issue.maximum} items` };
    case "invalid_union":
      return { type: "union_tag_invalid", msg: `Input has an unknown or missing ${issue.discriminator ?? "type"}` };
    default:
      return { type: "value_error", msg: issue.message };
  }
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    body,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
