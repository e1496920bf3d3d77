import type { SchemaDocument, Site } from "./document.ts";
import type { KeywordContext } from "./keywords/keyword-context.ts";

/** The resources that references have led through, outermost first: what dynamic references look at. */
export type Scope = readonly string[];

/** The schemas that `$ref`, `$dynamicRef` and `$recursiveRef` of a schema mean. */
export function referenceTargets(document: SchemaDocument, context: KeywordContext, scope: Scope): Site[] {
  const { schema, site } = context;
  const out: Site[] = [];
  const reference = schema["$ref"];
  if (typeof reference === "string") out.push(document.resolve(site, reference));
  const dynamic = schema["$dynamicRef"];
  if (typeof dynamic === "string" && context.has("$dynamicRef", "2020-12")) {
    out.push(dynamicTarget(document, { site, reference: dynamic }, scope));
  }
  if (schema["$recursiveRef"] === "#" && context.has("$recursiveRef", "2019-09")) {
    out.push(recursiveTarget(document, site, scope));
  }
  return out;
}

/** The outermost resource of the scope with that dynamic anchor decides, if the plain target is such an anchor itself. */
function dynamicTarget(document: SchemaDocument, from: { site: Site; reference: string }, scope: Scope): Site {
  const target = document.resolve(from.site, from.reference);
  const name = from.reference.slice(from.reference.indexOf("#") + 1);
  if ((target.schema as { $dynamicAnchor?: unknown } | null)?.$dynamicAnchor !== name) return target;
  for (const base of scope) {
    const outer = document.dynamicAnchor({ ...from.site, base }, name);
    if (outer !== undefined) return outer;
  }
  return target;
}

function recursiveTarget(document: SchemaDocument, site: Site, scope: Scope): Site {
  const isAnchor = (one: Site): boolean =>
    (one.schema as { $recursiveAnchor?: unknown } | null)?.$recursiveAnchor === true;
  const target = document.resourceOf(site);
  if (!isAnchor(target)) return target;
  for (const base of scope) {
    const outer = document.resourceOf({ ...site, base });
    if (isAnchor(outer)) return outer;
  }
  return target;
}
