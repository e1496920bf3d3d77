/** An expression of a grammar in EBNF; `at` is where it stands in the source, in UTF-16 units. */
export type Expression =
  | { readonly kind: "literal"; readonly text: string }
  /** A character class, `.`, or a whole pattern between slashes, in ECMA-262's notation. */
  | { readonly kind: "pattern"; readonly source: string; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "sequence"; readonly parts: readonly Expression[] }
  | { readonly kind: "choice"; readonly parts: readonly Expression[] }
  | {
      readonly kind: "repeat";
      readonly inner: Expression;
      readonly min: number;
      readonly max: number;
      readonly at: number;
    };

interface RuleSource {
  readonly name: string;
  readonly body: Expression;
  readonly at: number;
}

/** The rules in the order of the source; `start` is the one called `root`, or else the first. */
export interface GrammarSource {
  readonly text: string;
  readonly rules: ReadonlyMap<string, RuleSource>;
  readonly start: RuleSource;
}

/** Every rule name in an expression. */
export function* namesIn(expression: Expression): Generator<Extract<Expression, { kind: "name" }>> {
  if (expression.kind === "name") yield expression;
  else if (expression.kind === "repeat") yield* namesIn(expression.inner);
  else if ("parts" in expression) for (const part of expression.parts) yield* namesIn(part);
}

/** `line 3, column 5`, counted from 1. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `line ${line}, column ${at - before.lastIndexOf("\n")}`;
}
