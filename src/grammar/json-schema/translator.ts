import { GrammarError } from "../grammar-error.ts";
import type { SchemaDocument, Site } from "./document.ts";
import type { Formula } from "./formula.ts";
import type { Formulas } from "./formulas.ts";
import { arrayKeywords } from "./keywords/arrays.ts";
import { KeywordContext } from "./keywords/keyword-context.ts";
import { objectKeywords } from "./keywords/objects.ts";
import { numberKeywords, stringKeywords, valueKeywords } from "./keywords/values.ts";
import type { Scalars } from "./scalars.ts";

/** The resources that references have led through, outermost first: what `$dynamicRef` looks at. */
type Scope = readonly string[];

/** Turns a schema document into formulas. A reference becomes a formula of its own that is translated when it is read. */
export class Translator {
  readonly #document: SchemaDocument;
  readonly #formulas: Formulas;
  readonly #scalars: Scalars;
  readonly #active = new Set<string>();
  readonly #targets = new Map<string, Formula>();

  constructor(document: SchemaDocument, formulas: Formulas, scalars: Scalars) {
    this.#document = document;
    this.#formulas = formulas;
    this.#scalars = scalars;
  }

  root(): Formula {
    return this.#schema(this.#document.root, [this.#document.root.base]);
  }

  #schema(site: Site, scope: Scope): Formula {
    if (site.schema === true) return this.#formulas.always;
    if (site.schema === false) return this.#formulas.never;
    if (typeof site.schema !== "object" || site.schema === null || Array.isArray(site.schema)) {
      throw new GrammarError({
        code: "malformed",
        pointer: site.pointer,
        reason: "a schema must be an object or a boolean",
      });
    }
    const resource = this.#document.resourceOf(site).base;
    const inner = scope.includes(resource) ? scope : [...scope, resource];
    const context = new KeywordContext({
      site,
      formulas: this.#formulas,
      scalars: this.#scalars,
      translate: (...path) => this.#schema(this.#document.child(site, ...path), inner),
    });
    return this.#formulas.and([
      ...valueKeywords(context),
      ...numberKeywords(context),
      ...stringKeywords(context),
      ...arrayKeywords(context),
      ...objectKeywords(context),
      ...this.#references(context, inner),
      ...applicators(context),
    ]);
  }

  #references(context: KeywordContext, scope: Scope): Formula[] {
    const { schema, site } = context;
    const out: Formula[] = [];
    const reference = schema["$ref"];
    if (typeof reference === "string") out.push(this.#ref(this.#document.resolve(site, reference), scope));
    const dynamic = schema["$dynamicRef"];
    if (typeof dynamic === "string" && context.has("$dynamicRef", "2020-12")) {
      out.push(this.#ref(this.#dynamicTarget(site, dynamic, scope), scope));
    }
    if (schema["$recursiveRef"] === "#" && context.has("$recursiveRef", "2019-09")) {
      out.push(this.#ref(this.#recursiveTarget(site, scope), scope));
    }
    return out;
  }

  #ref(target: Site, scope: Scope): Formula {
    const key = `${target.base} ${target.pointer} ${scope.join(" ")}`;
    return this.#formulas.ref(key, () => {
      const known = this.#targets.get(key);
      if (known !== undefined) return known;
      if (this.#active.has(key)) {
        throw new GrammarError({
          code: "unsupported",
          keyword: "$ref",
          pointer: target.pointer,
          reason: "refers to itself",
        });
      }
      this.#active.add(key);
      const formula = this.#schema(target, scope);
      this.#active.delete(key);
      this.#targets.set(key, formula);
      return formula;
    });
  }

  /** The outermost resource of the scope with that dynamic anchor decides, if the plain target is such an anchor itself. */
  #dynamicTarget(site: Site, reference: string, scope: Scope): Site {
    const target = this.#document.resolve(site, reference);
    const name = reference.slice(reference.indexOf("#") + 1);
    const isDynamic = (target.schema as { $dynamicAnchor?: unknown } | null)?.$dynamicAnchor === name;
    if (!isDynamic) return target;
    for (const base of scope) {
      const outer = this.#document.dynamicAnchor({ ...site, base }, name);
      if (outer !== undefined) return outer;
    }
    return target;
  }

  #recursiveTarget(site: Site, scope: Scope): Site {
    const isAnchor = (one: Site): boolean =>
      (one.schema as { $recursiveAnchor?: unknown } | null)?.$recursiveAnchor === true;
    const target = this.#document.resourceOf(site);
    if (!isAnchor(target)) return target;
    for (const base of scope) {
      const outer = this.#document.resourceOf({ ...site, base });
      if (isAnchor(outer)) return outer;
    }
    return target;
  }
}

/** `allOf`, `anyOf`, `oneOf`, `not`, `if` with `then` and `else`. */
function applicators(context: KeywordContext): Formula[] {
  const { formulas } = context;
  const branches = (keyword: string): Formula[] => context.list(keyword).map((_, i) => context.subschema(keyword, i));
  const out: Formula[] = [];
  if (context.has("allOf")) out.push(...branches("allOf"));
  if (context.has("anyOf")) out.push(formulas.or(branches("anyOf")));
  if (context.has("oneOf")) out.push(formulas.oneOf(branches("oneOf")));
  if (context.has("not")) out.push(formulas.not(context.subschema("not")));
  if (context.has("if", "draft7", "2019-09", "2020-12")) {
    const condition = context.subschema("if");
    const then = context.has("then") ? context.subschema("then") : formulas.always;
    const otherwise = context.has("else") ? context.subschema("else") : formulas.always;
    out.push(formulas.or([formulas.and([condition, then]), formulas.and([formulas.not(condition), otherwise])]));
  }
  return out;
}
