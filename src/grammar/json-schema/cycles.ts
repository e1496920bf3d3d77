import { GrammarError } from "../grammar-error.ts";
import type { Formula } from "./formula.ts";

/**
 * Follows every reference that a formula can reach, so that what is wrong with a schema is found when it is compiled,
 * and refuses references that lead back to themselves without descending into an item or a property: no value could
 * ever be checked against those.
 */
export function checkReferences(root: Formula): void {
  const done = new Set<Formula>();
  const waiting: Formula[] = [root];
  for (let formula = waiting.pop(); formula !== undefined; formula = waiting.pop())
    visit(formula, { done, waiting, path: new Set() });
}

interface Visit {
  readonly done: Set<Formula>;
  /** Formulas about parts of the value: for later, since a reference may come back through them. */
  readonly waiting: Formula[];
  /** The references followed on the way here. */
  readonly path: Set<string>;
}

function visit(formula: Formula, state: Visit): void {
  if (formula.kind === "ref" && state.path.has(formula.key)) {
    throw new GrammarError({
      code: "unsupported",
      keyword: "$ref",
      reason: "refers to itself without descending into a value",
    });
  }
  if (state.done.has(formula)) return;
  if (formula.kind === "ref") {
    state.path.add(formula.key);
    visit(formula.resolve(), state);
    state.path.delete(formula.key);
  } else if (formula.kind === "and" || formula.kind === "or" || formula.kind === "oneOf") {
    for (const part of formula.parts) visit(part, state);
  } else if ("formula" in formula) state.waiting.push(formula.formula);
  state.done.add(formula);
}
