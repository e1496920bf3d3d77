import { compareDecimals, ZERO } from "../number/decimal.ts";
import { containsBy } from "../number/interval-set.ts";
import { type Formula, Kind, possibleKinds } from "./formula.ts";

const MAX_REFERENCES = 2;
/** There is no plain fraction. */
const PLAIN = Kind.ANY & ~Kind.FRACTION;

/**
 * The kinds whose plainest value (`null`, `false`, `true`, `0`, `""`, `[]`, `{}`) satisfies the formula, as a mask; perhaps
 * not all of them. One such kind proves that a schema can be met, without measuring how.
 */
export function plainValues(formula: Formula, depth = 0): number {
  switch (formula.kind) {
    case "false":
      return 0;
    case "types":
      return formula.mask & PLAIN;
    case "and":
      return formula.parts.reduce((kinds, part) => (kinds === 0 ? 0 : kinds & plainValues(part, depth)), PLAIN);
    case "or":
      return formula.parts.reduce((kinds, part) => kinds | plainValues(part, depth), 0);
    case "oneOf":
      return onlyOnce(formula.parts, depth);
    case "ref":
      return depth === MAX_REFERENCES || formula.negated ? 0 : plainValues(formula.resolve(), depth + 1);
    case "number":
      return allBut(
        Kind.INTEGER,
        containsBy(formula.set, (value) => compareDecimals(ZERO, value)),
      );
    case "multiple":
      return allBut(Kind.INTEGER, !formula.divisor.negated);
    case "text":
      return allBut(Kind.STRING, formula.node.accepts);
    case "contains":
    case "length":
      return allBut(Kind.ARRAY, formula.min === 0);
    case "repeated":
      return allBut(Kind.ARRAY, false);
    case "someProperty":
      return allBut(Kind.OBJECT, false);
    case "size":
      return allBut(Kind.OBJECT, formula.min === 0);
    case "true":
    case "item":
    case "items":
    case "unique":
    case "property":
      return PLAIN;
  }
}

function allBut(kind: number, isMet: boolean): number {
  return isMet ? PLAIN : PLAIN & ~kind;
}

/** The kinds that one part takes and no other one can. */
function onlyOnce(parts: readonly Formula[], depth: number): number {
  let [once, twice] = [0, 0];
  for (const part of parts) {
    const kinds = possibleKinds(part);
    twice |= once & kinds;
    once |= kinds;
  }
  return parts.reduce((kinds, part) => kinds | plainValues(part, depth), 0) & ~twice;
}
