import { GrammarError } from "../grammar-error.ts";
import type { SchemaDocument, Site } from "./document.ts";
import { type Evaluated, type Outcome, Outcomes } from "./evaluated.ts";
import type { Formula } from "./formula.ts";
import type { Formulas } from "./formulas.ts";
import { applicators } from "./keywords/applicators.ts";
import { arrayKeywords } from "./keywords/arrays.ts";
import { KeywordContext } from "./keywords/keyword-context.ts";
import { Group } from "./keywords/keyword-groups.ts";
import { additionalKeys, dependencies, objectKeywords } from "./keywords/objects.ts";
import { numberKeywords, stringKeywords, valueKeywords } from "./keywords/values.ts";
import { referenceTargets, type Scope } from "./references.ts";
import type { Scalars } from "./scalars.ts";

/** Turns a schema document into formulas. A reference becomes a formula of its own that is translated when it is read. */
export class Translator {
  readonly #document: SchemaDocument;
  readonly #formulas: Formulas;
  readonly #scalars: Scalars;
  readonly #outcomes: Outcomes;
  readonly #active = new Set<string>();
  /** References by where they lead and through what, and what was found there. */
  readonly #refs = new Map<Site, Map<Scope, Formula>>();
  readonly #targets = new Map<string, Formula>();

  constructor(document: SchemaDocument, formulas: Formulas, scalars: Scalars) {
    this.#document = document;
    this.#formulas = formulas;
    this.#scalars = scalars;
    this.#outcomes = new Outcomes(formulas);
  }

  root(): Formula {
    return this.#schema(this.#document.root, [this.#document.root.base]);
  }

  #schema(site: Site, scope: Scope): Formula {
    const context = this.#contextOf(site, scope);
    if (typeof context === "boolean") return context ? this.#formulas.always : this.#formulas.never;
    const { groups } = context;
    if (groups & Group.UNEVALUATED && asksForUnevaluated(context))
      return this.#formulas.or(this.#outcomesOf(site, scope).map(({ formula }) => formula));
    const inner = groups & Group.REFERENCE ? this.#innerScope(site, scope) : scope;
    const { REFERENCE, DEPENDENCY, APPLICATOR } = Group;
    return this.#formulas.and([
      ...this.#leaves(context),
      ...(groups & DEPENDENCY ? dependencies(context) : []).map(({ absent, consequence }) =>
        this.#formulas.or([absent, consequence()]),
      ),
      ...(groups & REFERENCE ? referenceTargets(this.#document, context, inner) : []).map((target) =>
        this.#ref(target, inner),
      ),
      ...(groups & APPLICATOR ? applicators(context) : []).map((applicator) => this.#applied(applicator)),
    ]);
  }

  /** Undefined sites and other non-schemas throw; boolean schemas answer themselves. */
  #contextOf(site: Site, scope: Scope): KeywordContext | boolean {
    if (typeof site.schema === "boolean") return site.schema;
    if (typeof site.schema !== "object" || site.schema === null || Array.isArray(site.schema)) {
      throw new GrammarError({
        code: "malformed",
        pointer: site.pointer,
        reason: "a schema must be an object or a boolean",
      });
    }
    const inner = this.#innerScope(site, scope);
    return new KeywordContext({
      site,
      formulas: this.#formulas,
      scalars: this.#scalars,
      translate: (...path) => this.#schema(this.#document.child(site, ...path), inner),
    });
  }

  #innerScope(site: Site, scope: Scope): Scope {
    const resource = this.#document.resourceOf(site).base;
    return scope.includes(resource) ? scope : [...scope, resource];
  }

  #leaves(context: KeywordContext): Formula[] {
    const { groups } = context;
    return [
      ...(groups & Group.VALUE ? valueKeywords(context) : []),
      ...(groups & Group.NUMBER ? numberKeywords(context) : []),
      ...(groups & Group.STRING ? stringKeywords(context) : []),
      ...(groups & Group.ARRAY ? arrayKeywords(context) : []),
      ...(groups & Group.OBJECT ? objectKeywords(context) : []),
    ];
  }

  #applied(applicator: ReturnType<typeof applicators>[number]): Formula {
    const { kind, parts } = applicator;
    const formulas = parts.map((part) => part());
    if (kind === "all") return this.#formulas.and(formulas);
    if (kind === "any") return this.#formulas.or(formulas);
    if (kind === "one") return this.#formulas.oneOf(formulas);
    const [condition, then, otherwise] = formulas as [Formula, Formula?, Formula?];
    if (kind === "not") return this.#formulas.not(condition);
    return this.#formulas.or([
      this.#formulas.and([condition, then!]),
      this.#formulas.and([this.#formulas.not(condition), otherwise!]),
    ]);
  }

  /** The ways for a schema to accept a value, with what each looks at. */
  #outcomesOf(site: Site, scope: Scope): Outcome[] {
    const context = this.#contextOf(site, scope);
    if (typeof context === "boolean") return context ? this.#outcomes.plain(this.#formulas.always) : [];
    const inner = this.#innerScope(site, scope);
    const below = (path: readonly (string | number)[]): Outcome[] =>
      path.length === 0
        ? this.#outcomes.plain(this.#formulas.always)
        : this.#outcomesOf(this.#document.child(site, ...path), inner);
    const own: Outcome = { formula: this.#formulas.and(this.#leaves(context)), evaluated: this.#lookedAt(context) };
    const lists: Outcome[][] = [[own]];
    for (const target of referenceTargets(this.#document, context, inner))
      lists.push(this.#outcomesBehind(target, inner));
    for (const { absent, present, consequence, path } of dependencies(context)) {
      const met = path === undefined ? this.#outcomes.plain(consequence()) : below(path);
      lists.push(
        this.#outcomes.merged([
          ...this.#outcomes.plain(absent),
          ...this.#outcomes.both(this.#outcomes.plain(present), met),
        ]),
      );
    }
    for (const applicator of applicators(context)) lists.push(this.#appliedOutcomes(applicator, below));
    let outcomes = this.#outcomes.all(lists);
    if (context.has("unevaluatedProperties", "2019-09", "2020-12")) {
      outcomes = this.#outcomes.closeKeys(outcomes, context.subschema("unevaluatedProperties"));
    }
    if (context.has("unevaluatedItems", "2019-09", "2020-12")) {
      outcomes = this.#outcomes.closeItems(outcomes, context.subschema("unevaluatedItems"));
    }
    return outcomes;
  }

  #appliedOutcomes(
    applicator: ReturnType<typeof applicators>[number],
    below: (path: readonly (string | number)[]) => Outcome[],
  ): Outcome[] {
    const { kind, paths } = applicator;
    if (kind === "not") return this.#outcomes.plain(this.#applied(applicator));
    const lists = paths.map(below);
    if (kind === "all") return this.#outcomes.all(lists);
    if (kind === "any") return this.#outcomes.any(lists);
    const formulas = applicator.parts.map((part) => part());
    if (kind === "one") {
      const isOnly = (i: number): Formula =>
        this.#formulas.and(formulas.flatMap((one, j) => (j === i ? [] : [this.#formulas.not(one)])));
      return this.#outcomes.merged(
        lists.flatMap((list, i) => this.#outcomes.both(list, this.#outcomes.plain(isOnly(i)))),
      );
    }
    const unless = this.#outcomes.plain(this.#formulas.not(formulas[0]!));
    return this.#outcomes.merged([
      ...this.#outcomes.both(lists[0]!, lists[1]!),
      ...this.#outcomes.both(unless, lists[2]!),
    ]);
  }

  /** What the keywords of one schema look at by themselves. */
  #lookedAt(context: KeywordContext): Evaluated {
    const { regex } = this.#formulas;
    const { schema } = context;
    const isClosed = schema["additionalProperties"] !== undefined;
    const keys = isClosed ? regex.anyText : regex.not(additionalKeys(context).node());
    const tuple = Array.isArray(schema["items"]) ? schema["items"].length : undefined;
    const rest = tuple === undefined ? schema["items"] : schema["additionalItems"];
    const prefix = context.has("prefixItems", "2020-12") ? context.list("prefixItems").length : 0;
    const items = rest === undefined ? (tuple ?? prefix) : Infinity;
    const matching = context.has("contains", "2020-12") ? [context.subschema("contains")] : [];
    return { keys, items, matching };
  }

  #outcomesBehind(target: Site, scope: Scope): Outcome[] {
    const key = `evaluated ${refKey(target, scope)}`;
    this.#enter(key, target);
    const outcomes = this.#outcomesOf(target, scope);
    this.#active.delete(key);
    return outcomes;
  }

  #ref(target: Site, scope: Scope): Formula {
    let refs = this.#refs.get(target);
    if (refs === undefined) this.#refs.set(target, (refs = new Map()));
    let ref = refs.get(scope);
    if (ref === undefined) refs.set(scope, (ref = this.#makeRef(target, scope)));
    return ref;
  }

  #makeRef(target: Site, scope: Scope): Formula {
    const key = refKey(target, scope);
    return this.#formulas.ref(key, () => {
      const known = this.#targets.get(key);
      if (known !== undefined) return known;
      this.#enter(key, target);
      const formula = this.#schema(target, scope);
      this.#active.delete(key);
      this.#targets.set(key, formula);
      return formula;
    });
  }

  #enter(key: string, target: Site): void {
    if (this.#active.has(key)) {
      const { pointer } = target;
      throw new GrammarError({
        code: "unsupported",
        keyword: "$ref",
        pointer,
        reason: "refers to itself in the same value",
      });
    }
    this.#active.add(key);
  }
}

function refKey(target: Site, scope: Scope): string {
  return `${target.base} ${target.pointer} ${scope.join(" ")}`;
}

function asksForUnevaluated(context: KeywordContext): boolean {
  return (
    context.has("unevaluatedProperties", "2019-09", "2020-12") || context.has("unevaluatedItems", "2019-09", "2020-12")
  );
}
