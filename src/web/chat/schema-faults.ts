export interface SchemaFault {
  /** Where in the value: `$.items[2].name`. */
  readonly path: string;
  /** What the schema wants there. */
  readonly expected: string;
}

type Schema = Readonly<Record<string, unknown>>;

const MAX_FAULTS = 20;

/**
 * Where a value does not fit its schema, by the keywords that people write: type, enum, const, properties, required,
 * additionalProperties, items, prefixItems, bounds, pattern, anyOf, oneOf, allOf, local `$ref`. Keywords it does not know
 * hold nothing.
 */
export function schemaFaults(value: unknown, schema: unknown): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  check({ value, schema, path: "$", root: schema, faults, depth: 0 });
  return faults.slice(0, MAX_FAULTS);
}

interface Check {
  readonly value: unknown;
  readonly schema: unknown;
  readonly path: string;
  readonly root: unknown;
  readonly faults: SchemaFault[];
  readonly depth: number;
}

function check(here: Check): void {
  const { value, schema, path, root, faults, depth } = here;
  if (depth > 60 || schema === true || faults.length > MAX_FAULTS) return;
  const fault = (expected: string) => void faults.push({ path, expected });
  if (schema === false) return fault("–");
  if (!isObject(schema)) return;
  const into = (part: Partial<Check>) => check({ ...here, depth: depth + 1, ...part });
  const fits = (candidate: unknown) => {
    const found: SchemaFault[] = [];
    check({ ...here, schema: candidate, faults: found, depth: depth + 1 });
    return found.length === 0;
  };
  if (typeof schema["$ref"] === "string") into({ schema: resolved(root, schema["$ref"]) });
  const types = [schema["type"] ?? []].flat() as string[];
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return fault(types.join(" | "));
  if (Array.isArray(schema["enum"]) && !schema["enum"].some((it) => isSame(it, value)))
    return fault(schema["enum"].map((it) => JSON.stringify(it)).join(" | "));
  if ("const" in schema && !isSame(schema["const"], value)) return fault(JSON.stringify(schema["const"]));
  for (const part of listOf(schema["allOf"])) into({ schema: part });
  const anyOf = listOf(schema["anyOf"]);
  if (anyOf.length > 0 && !anyOf.some(fits)) fault("anyOf");
  const oneOf = listOf(schema["oneOf"]);
  if (oneOf.length > 0 && oneOf.filter(fits).length !== 1) fault("oneOf");
  const expected = boundFault(value, schema);
  if (expected !== undefined) fault(expected);
  if (Array.isArray(value)) {
    const first = listOf(schema["prefixItems"]);
    for (const [index, item] of value.entries())
      into({ value: item, schema: first[index] ?? schema["items"], path: `${path}[${index}]` });
  } else if (isObject(value)) checkObject(here, value, schema);
}

function checkObject({ path, faults, ...here }: Check, value: Schema, schema: Schema): void {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  for (const name of listOf(schema["required"]))
    if (!Object.hasOwn(value, String(name))) faults.push({ path, expected: JSON.stringify(name) });
  for (const [name, child] of Object.entries(value)) {
    const isKnown = Object.hasOwn(properties, name);
    const next = isKnown ? properties[name] : schema["additionalProperties"];
    check({ ...here, faults, value: child, schema: next, path: `${path}.${name}`, depth: here.depth + 1 });
  }
}

function boundFault(value: unknown, schema: Schema): string | undefined {
  const size = typeof value === "string" ? Array.from(value).length : Array.isArray(value) ? value.length : value;
  if (typeof size === "number") {
    const [least, most] =
      typeof value === "string"
        ? ["minLength", "maxLength"]
        : Array.isArray(value)
          ? ["minItems", "maxItems"]
          : ["minimum", "maximum"];
    for (const [keyword, isBroken] of [
      [least, (bound: number) => size < bound],
      [most, (bound: number) => size > bound],
      ["exclusiveMinimum", (bound: number) => typeof value === "number" && size <= bound],
      ["exclusiveMaximum", (bound: number) => typeof value === "number" && size >= bound],
    ] as const) {
      const bound = schema[keyword!];
      if (typeof bound === "number" && isBroken(bound)) return `${keyword} ${bound}`;
    }
  }
  const pattern = schema["pattern"];
  if (typeof value !== "string" || typeof pattern !== "string") return undefined;
  return new RegExp(pattern, "u").test(value) ? undefined : `pattern ${pattern}`;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return typeof value === "number" && Number.isInteger(value);
  return typeof value === type;
}

function resolved(root: unknown, ref: string): unknown {
  const steps = ref.replace(/^#\/?/, "").split("/").filter(Boolean);
  return steps
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((at, step) => (isObject(at) || Array.isArray(at) ? (at as Schema)[step] : undefined), root);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal as JSON, whatever the order of keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => isSame(a[key], b[key]));
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((it, index) => isSame(it, b[index]));
  return a === b;
}
