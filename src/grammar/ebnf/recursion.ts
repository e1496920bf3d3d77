import { GrammarError } from "../grammar-error.ts";
import { type Expression, type GrammarSource, namesIn, placeOf } from "./syntax.ts";

/** What the rules of a grammar say of themselves before it is built. */
export interface Recursion {
  /** Whether a rule leads to none that leads to itself: it is a regular language then. */
  readonly isRegular: (name: string) => boolean;
  /** Whether an expression matches the empty text. */
  readonly isNullable: (expression: Expression) => boolean;
}

/** Studies the rules. `isEmptyPattern`: whether a pattern matches the empty text. Throws for left recursion. */
export function studyRecursion(
  source: GrammarSource,
  isEmptyPattern: (pattern: Extract<Expression, { kind: "pattern" }>) => boolean,
): Recursion {
  const { rules } = source;
  const reached = new Map([...rules].map(([name, rule]) => [name, closureOf(rule.body, source)]));
  const nullable = new Set<string>();
  const isNullable = (expression: Expression): boolean => {
    switch (expression.kind) {
      case "literal":
        return expression.text === "";
      case "pattern":
        return isEmptyPattern(expression);
      case "name":
        return nullable.has(expression.name);
      case "sequence":
        return expression.parts.every(isNullable);
      case "choice":
        return expression.parts.some(isNullable);
      case "repeat":
        return expression.min === 0 || isNullable(expression.inner);
    }
  };
  for (let size = -1; size !== nullable.size;) {
    size = nullable.size;
    for (const [name, { body }] of rules) if (isNullable(body)) nullable.add(name);
  }
  const isRecursive = (name: string): boolean => reached.get(name)!.has(name);
  const regular = new Set([...rules.keys()].filter((name) => ![name, ...reached.get(name)!].some(isRecursive)));
  const recursion = { isRegular: (name: string) => regular.has(name), isNullable };
  refuseLeftRecursion(source, recursion);
  return recursion;
}

function closureOf(body: Expression, { rules }: GrammarSource): Set<string> {
  const found = new Set([...namesIn(body)].map(({ name }) => name));
  for (const name of found) for (const next of namesIn(rules.get(name)!.body)) found.add(next.name);
  return found;
}

/** A rule that begins with itself would never read a byte. */
function refuseLeftRecursion({ text, rules }: GrammarSource, { isNullable }: Recursion): void {
  const firsts = (expression: Expression): Extract<Expression, { kind: "name" }>[] => {
    if (expression.kind === "name") return [expression];
    if (expression.kind === "repeat") return firsts(expression.inner);
    if (expression.kind === "choice") return expression.parts.flatMap(firsts);
    if (expression.kind !== "sequence") return [];
    const end = expression.parts.findIndex((part) => !isNullable(part));
    return expression.parts.slice(0, end < 0 ? undefined : end + 1).flatMap(firsts);
  };
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string, at: number): void => {
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(" → ");
      throw new GrammarError({
        code: "unsupported",
        keyword: name,
        reason: `${placeOf(text, at)}: left recursion, ${circle}; write it as a repetition`,
      });
    }
    if (done.has(name)) return;
    path.push(name);
    for (const first of firsts(rules.get(name)!.body)) visit(first.name, first.at);
    path.pop();
    done.add(name);
  };
  for (const [name, { at }] of rules) visit(name, at);
}
