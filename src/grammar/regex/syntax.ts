import type { CharSet } from "./char-set.ts";

/** A pattern as written, before assertions are turned into language operations. */
export type PatternTree =
  | { readonly kind: "chars"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly parts: readonly PatternTree[] }
  | { readonly kind: "choice"; readonly parts: readonly PatternTree[] }
  | { readonly kind: "repeat"; readonly inner: PatternTree; readonly min: number; readonly max: number }
  | { readonly kind: "start" | "end" | "boundary" | "notBoundary" }
  | { readonly kind: "ahead" | "notAhead"; readonly inner: PatternTree };

/** Whether the tree says anything about the text around it. */
export function hasAssertion(tree: PatternTree): boolean {
  switch (tree.kind) {
    case "chars":
      return false;
    case "sequence":
    case "choice":
      return tree.parts.some(hasAssertion);
    case "repeat":
      return hasAssertion(tree.inner);
    default:
      return true;
  }
}

/** Whether the tree asks what comes before it: `^`, `\b` or `\B` anywhere in it. */
export function looksBehind(tree: PatternTree): boolean {
  switch (tree.kind) {
    case "chars":
    case "end":
      return false;
    case "start":
    case "boundary":
    case "notBoundary":
      return true;
    case "sequence":
    case "choice":
      return tree.parts.some(looksBehind);
    default:
      return looksBehind(tree.inner);
  }
}
