import { type Formula, Kind, type ManyKeys } from "../formula.ts";
import type { KeywordContext } from "./keyword-context.ts";

/** `properties`, `patternProperties`, `additionalProperties`, `propertyNames`, `required`, sizes. */
export function objectKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const out: Formula[] = [];
  for (const [name] of context.entries("properties")) {
    out.push(formulas.object({ kind: "property", keys: { name }, formula: context.subschema("properties", name) }));
  }
  for (const [source] of context.entries("patternProperties")) {
    const keys = patternKeys(context, source);
    out.push(formulas.object({ kind: "property", keys, formula: context.subschema("patternProperties", source) }));
  }
  if (schema["additionalProperties"] !== undefined) {
    const keys = additionalKeys(context);
    out.push(formulas.object({ kind: "property", keys, formula: context.subschema("additionalProperties") }));
  }
  if (context.has("propertyNames", "draft6", "draft7", "2019-09", "2020-12")) {
    const allowed = context.scalars.text(context.subschema("propertyNames"));
    const keys = formulas.keysOf(formulas.regex.not(allowed));
    out.push(formulas.object({ kind: "property", keys, formula: formulas.never }));
  }
  if (schema["required"] !== undefined) {
    for (const name of context.strings("required", schema["required"])) out.push(present(context, name));
  }
  if (context.has("minProperties") || context.has("maxProperties")) {
    const [min, max] = [context.count("minProperties", 0), context.count("maxProperties", Infinity)];
    out.push(formulas.object({ kind: "size", min, max }));
  }
  return out;
}

/** The keys that match a pattern of `patternProperties`. */
export function patternKeys(context: KeywordContext, source: string): ManyKeys {
  return context.formulas.keysOf(context.pattern(source, "patternProperties", source));
}

/** The keys that neither `properties` nor `patternProperties` of this schema mentions. */
export function additionalKeys(context: KeywordContext): ManyKeys {
  const { formulas } = context;
  const { regex } = formulas;
  const names = context.entries("properties").map(([name]) => name);
  const patterns = context.entries("patternProperties").map(([source]) => source);
  if (patterns.length === 0) return formulas.keysBut(names);
  const nodes = patterns.map((source) => context.pattern(source, "patternProperties", source));
  return formulas.keysOf(regex.not(regex.or([regex.words(names), ...nodes])));
}

/** "If the key is there, then this as well." */
interface Dependency {
  /** The value has no such key, or is no object. */
  readonly absent: Formula;
  readonly present: Formula;
  readonly consequence: () => Formula;
  /** Where the consequence stands when it is a schema. */
  readonly path: readonly string[] | undefined;
}

/** `dependentRequired`, `dependentSchemas`, and `dependencies`, which is both. */
export function dependencies(context: KeywordContext): Dependency[] {
  const { formulas } = context;
  const out: Dependency[] = [];
  const add = (name: string, consequence: () => Formula, path?: readonly string[]): void => {
    const missing = formulas.object({ kind: "property", keys: { name }, formula: formulas.never });
    const absent = formulas.or([formulas.types(Kind.ANY & ~Kind.OBJECT), missing]);
    out.push({ absent, present: present(context, name), consequence, path });
  };
  const requireAll = (keyword: string, names: unknown) => (): Formula =>
    formulas.and(context.strings(keyword, names).map((name) => present(context, name)));
  const apply = (keyword: string, name: string): void =>
    add(name, () => context.subschema(keyword, name), [keyword, name]);
  if (context.has("dependentRequired", "2019-09", "2020-12")) {
    for (const [name, names] of context.entries("dependentRequired")) add(name, requireAll("dependentRequired", names));
  }
  if (context.has("dependentSchemas", "2019-09", "2020-12")) {
    for (const [name] of context.entries("dependentSchemas")) apply("dependentSchemas", name);
  }
  if (context.has("dependencies", "draft4", "draft6", "draft7")) {
    for (const [name, value] of context.entries("dependencies")) {
      const names = typeof value === "string" ? [value] : value;
      if (Array.isArray(names)) add(name, requireAll("dependencies", names));
      else apply("dependencies", name);
    }
  }
  return out;
}

function present(context: KeywordContext, name: string): Formula {
  const { formulas } = context;
  return formulas.object({ kind: "someProperty", keys: { name }, formula: formulas.always });
}
