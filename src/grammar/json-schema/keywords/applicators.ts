import type { Formula } from "../formula.ts";
import type { KeywordContext } from "./keyword-context.ts";

type Path = readonly (string | number)[];

/** A keyword that applies other schemas to the same value. An absent `then` or `else` has the empty path. */
interface Applicator {
  readonly kind: "all" | "any" | "one" | "not" | "if";
  readonly paths: readonly Path[];
  /** The schemas at the paths, translated when called. */
  readonly parts: readonly (() => Formula)[];
}

/** `allOf`, `anyOf`, `oneOf`, `not`, and `if` with `then` and `else`. */
export function applicators(context: KeywordContext): Applicator[] {
  const out: Applicator[] = [];
  const add = (kind: Applicator["kind"], paths: readonly Path[]): void => {
    const parts = paths.map((path) => () => (path.length === 0 ? context.formulas.always : context.subschema(...path)));
    out.push({ kind, paths, parts });
  };
  const branches = (keyword: string): Path[] => context.list(keyword).map((_, i) => [keyword, i]);
  if (context.has("allOf")) add("all", branches("allOf"));
  if (context.has("anyOf")) add("any", branches("anyOf"));
  if (context.has("oneOf")) add("one", branches("oneOf"));
  if (context.has("not")) add("not", [["not"]]);
  if (context.has("if", "draft7", "2019-09", "2020-12")) {
    add("if", [["if"], context.has("then") ? ["then"] : [], context.has("else") ? ["else"] : []]);
  }
  return out;
}
