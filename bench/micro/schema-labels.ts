import { Ajv, type AnySchema, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";

const OPTIONS = {
  strict: false,
  validateFormats: false,
  allErrors: false,
  logger: false,
  validateSchema: false,
} as const;

/** What Ajv says about instances of a schema; undefined when Ajv cannot compile it. */
export function ajvValidator(schema: unknown): ((data: unknown) => boolean) | undefined {
  try {
    const validate = compile(schema);
    return (data) => validate(data) === true;
  } catch {
    return undefined;
  }
}

function compile(schema: unknown): ValidateFunction {
  const uri = (schema as { $schema?: string } | null)?.$schema ?? "";
  if (/draft-0[34]/.test(uri)) return new Ajv(OPTIONS).compile(withoutDraft4(schema) as AnySchema);
  if (/draft-0[67]/.test(uri)) return new Ajv(OPTIONS).compile(withoutSchemaUri(schema) as AnySchema);
  if (uri.includes("2019-09")) return new Ajv2019(OPTIONS).compile(schema as AnySchema);
  // No dialect stated: array-form `items` means an older one.
  const isOld =
    /"items":\s*\[/.test(JSON.stringify(schema)) || /"exclusiveM(in|ax)imum":(true|false)/.test(JSON.stringify(schema));
  if (isOld) return new Ajv(OPTIONS).compile(withoutDraft4(schema) as AnySchema);
  return new Ajv2020(OPTIONS).compile(withoutSchemaUri(schema) as AnySchema);
}

function withoutSchemaUri(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const { $schema: _, $async: __, ...rest } = schema as Record<string, unknown>;
  return rest;
}

/** Draft 4's `id` and boolean exclusive bounds in the words of draft 7. */
function withoutDraft4(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDraft4);
  if (typeof schema !== "object" || schema === null) return schema;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "$schema" || key === "$async") continue;
    if (key === "id" && typeof value === "string") out["$id"] = value;
    else if (key === "enum" || key === "const" || key === "default") out[key] = value;
    else out[key] = withoutDraft4(value);
  }
  for (const [exclusive, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof out[exclusive] !== "boolean") continue;
    if (out[exclusive]) {
      out[exclusive] = out[bound];
      delete out[bound];
    } else delete out[exclusive];
  }
  return out;
}
