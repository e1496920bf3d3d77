import { GrammarError } from "../grammar-error.ts";
import type { RegexArena } from "../regex/arena.ts";
import type { RegexNode } from "../regex/node.ts";
import type { Formula } from "./formula.ts";
import type { Formulas } from "./formulas.ts";

/** What a schema has looked at in a value that it accepts: what `unevaluatedProperties` and `unevaluatedItems` leave alone. */
export interface Evaluated {
  readonly keys: RegexNode;
  /** Items before this index. */
  readonly items: number;
  /** Items that satisfy one of these, wherever they stand. */
  readonly matching: readonly Formula[];
}

/** One way for a schema to accept a value, with what it has looked at then. */
export interface Outcome {
  readonly formula: Formula;
  readonly evaluated: Evaluated;
}

const MAX_OUTCOMES = 256;
const MAX_SUBSETS = 7;

/** The algebra of outcomes: each list stands for the union of its outcomes. */
export class Outcomes {
  readonly #formulas: Formulas;
  readonly #regex: RegexArena;

  constructor(formulas: Formulas) {
    this.#formulas = formulas;
    this.#regex = formulas.regex;
  }

  /** A condition that looks at no parts. */
  plain(formula: Formula): Outcome[] {
    return [{ formula, evaluated: { keys: this.#regex.empty, items: 0, matching: [] } }];
  }

  /** Both hold, and what either looked at has been looked at. */
  both(a: readonly Outcome[], b: readonly Outcome[]): Outcome[] {
    const pairs = a.flatMap((x) =>
      b.map((y) => ({
        formula: this.#formulas.and([x.formula, y.formula]),
        evaluated: {
          keys: this.#regex.or([x.evaluated.keys, y.evaluated.keys]),
          items: Math.max(x.evaluated.items, y.evaluated.items),
          matching: [...new Set([...x.evaluated.matching, ...y.evaluated.matching])],
        },
      })),
    );
    return this.merged(pairs);
  }

  all(lists: readonly (readonly Outcome[])[]): Outcome[] {
    return lists.reduce<Outcome[]>((sum, list) => this.both(sum, list), this.plain(this.#formulas.always));
  }

  /**
   * At least one holds. Every set of them may hold together, and then what all of them looked at counts; each set is an
   * outcome of its own, which is exact because looking at more never makes a value worse.
   */
  any(lists: readonly (readonly Outcome[])[]): Outcome[] {
    const choices = this.merged(lists.flat());
    if (choices.length > MAX_SUBSETS) {
      throw new GrammarError({
        code: "too_large",
        reason: "too many anyOf branches look at different parts of a value",
      });
    }
    const sets: Outcome[] = [];
    for (let set = 1; set < 1 << choices.length; set++) {
      sets.push(...this.all(choices.filter((_, i) => (set >> i) & 1).map((choice) => [choice])));
    }
    return this.merged(sets);
  }

  /** Outcomes that looked at the same are one outcome. */
  merged(outcomes: readonly Outcome[]): Outcome[] {
    const groups = new Map<string, { evaluated: Evaluated; formulas: Formula[] }>();
    for (const { formula, evaluated } of outcomes) {
      if (formula === this.#formulas.never) continue;
      const key = `${evaluated.keys.id};${evaluated.items};${evaluated.matching
        .map(({ id }) => id)
        .toSorted((a, b) => a - b)
        .join()}`;
      const group = groups.get(key) ?? { evaluated, formulas: [] };
      group.formulas.push(formula);
      groups.set(key, group);
    }
    if (groups.size > MAX_OUTCOMES)
      throw new GrammarError({ code: "too_large", reason: "too many ways to look at parts of a value" });
    return [...groups.values()].map(({ evaluated, formulas }) => ({ evaluated, formula: this.#formulas.or(formulas) }));
  }

  /** The outcomes with a schema applied to the properties that nobody looked at. */
  closeKeys(outcomes: readonly Outcome[], rest: Formula): Outcome[] {
    return this.merged(
      outcomes.map(({ formula, evaluated }) => {
        const keys = this.#formulas.keysOf(this.#regex.not(evaluated.keys));
        const rule = this.#formulas.object({ kind: "property", keys, formula: rest });
        return { formula: this.#formulas.and([formula, rule]), evaluated: { ...evaluated, keys: this.#regex.anyText } };
      }),
    );
  }

  /** The same for items. */
  closeItems(outcomes: readonly Outcome[], rest: Formula): Outcome[] {
    return this.merged(
      outcomes.map(({ formula, evaluated }) => {
        const allowed = this.#formulas.or([rest, ...evaluated.matching]);
        const rule =
          evaluated.items === Infinity
            ? this.#formulas.always
            : this.#formulas.array({ kind: "items", from: evaluated.items, formula: allowed });
        return {
          formula: this.#formulas.and([formula, rule]),
          evaluated: { ...evaluated, items: Infinity, matching: [] },
        };
      }),
    );
  }
}
