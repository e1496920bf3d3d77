import { GrammarError } from "../grammar-error.ts";
import type { WorkMeter } from "../work-meter.ts";
import { type ArrayLeaf, type Formula, Kind, type ObjectLeaf, possibleKinds } from "./formula.ts";
import type { Formulas } from "./formulas.ts";

type Leaf = Formula & (ArrayLeaf | ObjectLeaf);
/** A conjunction of leaves: one way for an array or an object to satisfy a formula. */
export type Conjunction = readonly Leaf[];

interface Branch {
  readonly pending: Formula[];
  readonly leaves: Set<Leaf>;
  readonly choices: Formula[];
  /** References followed on this branch, and with which sign: saying the same again adds nothing. */
  readonly refs: Map<string, boolean>;
}

const MAX_CONJUNCTIONS = 400;
const ARRAY_LEAVES = new Set(["item", "items", "contains", "length", "unique", "repeated"]);
const OBJECT_LEAVES = new Set(["property", "someProperty", "size"]);

/**
 * The disjunctive normal form of a formula for values of one kind. Leaves about other kinds hold by themselves and fall
 * away, which keeps it small; what is decided is collected first and choices are made last, the narrowest first.
 */
export class LeafSearch {
  readonly #formulas: Formulas;
  readonly #meter: WorkMeter;
  readonly #overlap: (a: Formula, b: Formula, kind: number) => boolean;

  /** `overlap`: whether a value of the kind may satisfy both formulas; true when in doubt. */
  constructor(formulas: Formulas, overlap: (a: Formula, b: Formula, kind: number) => boolean) {
    this.#formulas = formulas;
    this.#meter = formulas.regex.meter;
    this.#overlap = overlap;
  }

  conjunctions(formula: Formula, kind: typeof Kind.ARRAY | typeof Kind.OBJECT): Conjunction[] {
    const found = new Map<string, Conjunction>();
    this.#search({ pending: [formula], leaves: new Set(), choices: [], refs: new Map() }, kind, found);
    return withoutSupersets([...found.values()]);
  }

  #search(branch: Branch, kind: number, found: Map<string, Conjunction>): void {
    if (!this.#settle(branch, kind)) return;
    const choice = takeNarrowest(branch.choices);
    if (choice === undefined) {
      const leaves = [...branch.leaves];
      found.set(
        leaves
          .map((leaf) => leaf.id)
          .toSorted((a, b) => a - b)
          .join(),
        leaves,
      );
      if (found.size > MAX_CONJUNCTIONS) throw new GrammarError({ code: "too_large", reason: "too many alternatives" });
      return;
    }
    for (const option of choice.kind === "or" ? choice.parts : []) {
      const next: Branch = {
        pending: [option],
        leaves: new Set(branch.leaves),
        choices: [...branch.choices],
        refs: new Map(branch.refs),
      };
      this.#search(next, kind, found);
    }
  }

  /** Moves everything that is no choice into the leaves; false when the branch is contradictory. */
  #settle(branch: Branch, kind: number): boolean {
    for (let formula = branch.pending.pop(); formula !== undefined; formula = branch.pending.pop()) {
      this.#meter.spend(1);
      const decided = this.#decided(formula, kind, branch);
      if (decided === false) return false;
    }
    return true;
  }

  #decided(formula: Formula, kind: number, branch: Branch): boolean {
    switch (formula.kind) {
      case "true":
        return true;
      case "false":
        return false;
      case "types":
        return (formula.mask & kind) !== 0;
      case "and":
        branch.pending.push(...formula.parts.toReversed());
        return true;
      case "or":
        return this.#offer(formula.parts, kind, branch);
      case "oneOf": {
        const possible = formula.parts.filter((part) => (possibleKinds(part) & kind) !== 0);
        const only = possible.map((part) =>
          this.#formulas.only(
            part,
            possible.filter((other) => other !== part && this.#overlap(part, other, kind)),
          ),
        );
        return this.#offer(
          distinct(formula.parts).length < formula.parts.length ? this.#countedOnce(formula.parts) : only,
          kind,
          branch,
        );
      }
      case "ref":
        return this.#follow(formula, branch);
      default: {
        const names = kind === Kind.ARRAY ? ARRAY_LEAVES : OBJECT_LEAVES;
        if (names.has(formula.kind)) branch.leaves.add(formula as Leaf);
        return true;
      }
    }
  }

  /** A part that stands twice in a oneOf never holds alone. */
  #countedOnce(parts: readonly Formula[]): Formula[] {
    return distinct(parts).map((part) => {
      const others = [...parts];
      others.splice(others.indexOf(part), 1);
      return this.#formulas.only(part, others);
    });
  }

  #offer(options: readonly Formula[], kind: number, branch: Branch): boolean {
    const open = options.filter((option) => (possibleKinds(option) & kind) !== 0);
    if (open.length <= 1) {
      branch.pending.push(...open);
      return open.length === 1;
    }
    const choice = this.#formulas.or(open);
    if (choice.kind === "or") branch.choices.push(choice);
    else branch.pending.push(choice);
    return true;
  }

  #follow(formula: Formula & { kind: "ref" }, branch: Branch): boolean {
    const known = branch.refs.get(formula.key);
    if (known !== undefined) return known === formula.negated;
    branch.refs.set(formula.key, formula.negated);
    const target = formula.resolve();
    branch.pending.push(formula.negated ? this.#formulas.not(target) : target);
    return true;
  }
}

function takeNarrowest(choices: Formula[]): Formula | undefined {
  if (choices.length === 0) return undefined;
  const width = (choice: Formula): number => (choice.kind === "or" ? choice.parts.length : 0);
  const best = choices.reduce((least, choice) => (width(choice) < width(least) ? choice : least));
  choices.splice(choices.indexOf(best), 1);
  return best;
}

/** Drops every conjunction that says all another one says and more. */
function withoutSupersets(all: readonly Conjunction[]): Conjunction[] {
  const sets = all.map((leaves) => new Set(leaves));
  return all.filter(
    (leaves, i) =>
      !all.some((other, j) => i !== j && other.length < leaves.length && other.every((leaf) => sets[i]!.has(leaf))),
  );
}

function distinct(parts: readonly Formula[]): Formula[] {
  return [...new Set(parts)];
}
