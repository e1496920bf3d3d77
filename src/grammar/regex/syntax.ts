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

/** Whether parts ask what comes before them: the first that surely takes a character hides it from all behind. */
export function asksBehind(parts: readonly PatternTree[]): boolean {
  for (const part of parts) {
    if (looksBehind(part)) return true;
    if (!mayBeEmpty(part)) return false;
  }
  return false;
}

function mayBeEmpty(tree: PatternTree): boolean {
  switch (tree.kind) {
    case "chars":
      return false;
    case "sequence":
      return tree.parts.every(mayBeEmpty);
    case "choice":
      return tree.parts.some(mayBeEmpty);
    case "repeat":
      return tree.min === 0 || mayBeEmpty(tree.inner);
    default:
      return true;
  }
}

/** Whether `^`, `\b` or `\B` stands anywhere in the tree. */
function looksBehind(tree: PatternTree): boolean {
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
