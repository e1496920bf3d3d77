import type { ValueType } from "../json/value-type.ts";
import type { Lexeme } from "../lexeme/lexeme.ts";
import type { SpanKind } from "./thread.ts";

/** A part of a rule: text of a lexeme, a JSON value, one of some control tokens, or another rule. */
export type Part =
  | { readonly kind: "text"; readonly lexeme: Lexeme; readonly span: SpanKind }
  | { readonly kind: "value"; readonly type: ValueType; readonly span: SpanKind }
  | { readonly kind: "token"; readonly tokens: readonly number[] }
  | { readonly kind: "rule"; readonly rule: Rule };

/** A context-free rule: any one of some sequences of parts. Alternatives may be filled in late, so that rules can recur. */
export interface Rule {
  readonly id: number;
  readonly alternatives: (readonly Part[])[];
}

/** Bytes of a shortest text of a rule, a control token counting as one; Infinity when it has none. */
export class RuleLengths {
  readonly #known = new Map<Rule, number>();

  /** Grows to the least fixpoint: a rule inside its own shortest text would not be in a shortest text. */
  of(rule: Rule): number {
    const known = this.#known.get(rule);
    if (known !== undefined) return known;
    const rules = reachable(rule).filter((one) => !this.#known.has(one));
    for (const one of rules) this.#known.set(one, Infinity);
    for (let isStable = false; !isStable;) {
      isStable = true;
      for (const one of rules) {
        const least = Math.min(...one.alternatives.map((parts) => this.ofParts(parts)));
        if (least >= this.#known.get(one)!) continue;
        this.#known.set(one, least);
        isStable = false;
      }
    }
    return this.#known.get(rule)!;
  }

  ofParts(parts: readonly Part[]): number {
    return parts.reduce((bytes, part) => bytes + this.#ofPart(part), 0);
  }

  #ofPart(part: Part): number {
    switch (part.kind) {
      case "text":
        return part.lexeme.bytesToAccept();
      case "value":
        return part.type.minBytes();
      case "token":
        return 1;
      case "rule":
        return this.of(part.rule);
    }
  }
}

/** Every rule that a rule leads to, itself included. */
export function reachable(start: Rule): Rule[] {
  const found = new Set([start]);
  for (const rule of found) {
    for (const part of rule.alternatives.flat()) if (part.kind === "rule") found.add(part.rule);
  }
  return [...found];
}
