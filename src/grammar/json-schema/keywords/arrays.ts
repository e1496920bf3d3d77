import type { Formula } from "../formula.ts";
import type { KeywordContext } from "./keyword-context.ts";

/** `prefixItems`, `items`, `additionalItems`, `minItems`, `maxItems`, `uniqueItems`, `contains` with its bounds. */
export function arrayKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const out = itemKeywords(context);
  if (context.has("minItems") || context.has("maxItems")) {
    out.push(
      formulas.array({ kind: "length", min: context.count("minItems", 0), max: context.count("maxItems", Infinity) }),
    );
  }
  if (schema["uniqueItems"] === true) out.push(formulas.array({ kind: "unique" }));
  if (context.has("contains", "draft6", "draft7", "2019-09", "2020-12")) {
    const isCounted =
      context.has("minContains", "2019-09", "2020-12") || context.has("maxContains", "2019-09", "2020-12");
    const min = isCounted ? context.count("minContains", 1) : 1;
    const max = isCounted ? context.count("maxContains", Infinity) : Infinity;
    const isVacuous = min === 0 && max === Infinity;
    if (!isVacuous)
      out.push(formulas.array({ kind: "contains", from: 0, min, max, formula: context.subschema("contains") }));
  }
  return out;
}

function itemKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const isTuple = Array.isArray(schema["items"]);
  const prefix = isTuple ? "items" : context.has("prefixItems", "2020-12") ? "prefixItems" : undefined;
  const length = prefix === undefined ? 0 : context.list(prefix).length;
  const out: Formula[] = [];
  for (let index = 0; index < length; index++)
    out.push(formulas.array({ kind: "item", index, formula: context.subschema(prefix!, index) }));
  const rest = isTuple ? "additionalItems" : "items";
  if (schema[rest] !== undefined)
    out.push(formulas.array({ kind: "items", from: length, formula: context.subschema(rest) }));
  return out;
}
