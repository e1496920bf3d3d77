import { compileJsonSchema, GrammarError } from "#grammar";

/** How one keyword of a schema is enforced. */
interface KeywordVerdict {
  /** JSON pointer to the keyword. */
  readonly pointer: string;
  readonly verdict: "exact" | "narrowed" | "refused" | "annotation";
  readonly note?: string | undefined;
}

const SCHEMAS = new Set(
  "additionalItems additionalProperties contains else if items not propertyNames then unevaluatedItems unevaluatedProperties allOf anyOf oneOf prefixItems".split(
    " ",
  ),
);
const MAPS = new Set("$defs definitions dependentSchemas patternProperties properties dependencies".split(" "));
const OTHERS = new Set(
  "$ref $dynamicRef $recursiveRef type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired".split(
    " ",
  ),
);
/** All keywords that the compiler knows; the others are annotations to it. */
export const ENFORCED: ReadonlySet<string> = new Set([...SCHEMAS, ...MAPS, ...OTHERS, "format"]);
const FORMATS = new Set(
  "date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference uri-template json-pointer relative-json-pointer regex uuid".split(
    " ",
  ),
);
const PLAIN_FORMATS = /email|hostname|^[iu]ri|^time$/;
/** A schema with more mistakes than that is told the first ones. */
const MAX_REFUSALS = 50;

type Json = Record<string, unknown>;

/** Every keyword of a schema, in its order. */
export function judgeKeywords(schema: unknown): KeywordVerdict[] {
  const refused = refusals(schema);
  return [...keywordsIn(schema, "")].map(([pointer, keyword, value]) => {
    const refusal = refused.get(pointer);
    if (refusal !== undefined) return { pointer, verdict: "refused", note: refusal };
    return { pointer, ...judge(keyword, value) };
  });
}

function judge(keyword: string, value: unknown): Omit<KeywordVerdict, "pointer"> {
  if (keyword === "format") {
    if (!FORMATS.has(String(value))) return { verdict: "annotation", note: "no known format" };
    return PLAIN_FORMATS.test(String(value))
      ? { verdict: "narrowed", note: "the plain form of the format" }
      : { verdict: "exact" };
  }
  if (keyword === "properties") {
    return { verdict: "narrowed", note: "generated in this order; a text at hand may have any" };
  }
  if (keyword === "type" && [value].flat().includes("integer")) {
    return { verdict: "narrowed", note: "integers are written without point and exponent" };
  }
  return { verdict: ENFORCED.has(keyword) ? "exact" : "annotation" };
}

/** Each place that is refused, found by taking away one after the other. */
function refusals(schema: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const rest = structuredClone(schema);
  while (found.size < MAX_REFUSALS) {
    try {
      compileJsonSchema(rest);
      break;
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error;
      const pointer = error.pointer ?? "";
      if (pointer === "" || found.has(pointer)) break;
      found.set(pointer, `${error.code}: ${error.reason}`);
      if (!remove(rest, pointer)) break;
    }
  }
  return found;
}

function remove(root: unknown, pointer: string): boolean {
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = path.pop()!;
  const holder = path.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], root) as Json | undefined;
  if (holder === undefined || !(last in holder) || Array.isArray(holder)) return false;
  delete holder[last];
  return true;
}

function* keywordsIn(schema: unknown, pointer: string): Generator<[string, string, unknown]> {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    const here = `${pointer}/${escape(keyword)}`;
    yield [here, keyword, value];
    if (typeof value !== "object" || value === null) continue;
    if (SCHEMAS.has(keyword) && !Array.isArray(value)) yield* keywordsIn(value, here);
    else if (SCHEMAS.has(keyword) || MAPS.has(keyword)) {
      for (const [name, inner] of Object.entries(value)) yield* keywordsIn(inner, `${here}/${escape(name)}`);
    }
  }
}

function escape(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
