import { PartsIndex } from "../parts-index.ts";
import type { WorkMeter } from "../work-meter.ts";
import { ANY_CHAR, type CharSet, charSet, hasChar, intersect, union } from "./char-set.ts";
import { RegexNode, type RegexTerm } from "./node.ts";
import { shortestBytes } from "./shortest.ts";
import { isOneCharacter, keyOfWords, sortedWords, wordsAfter, wordStarts } from "./words.ts";

/**
 * Builds and owns the regex nodes of one grammar. The constructors normalise (associativity, commutativity, idempotence
 * and units), which is what makes the set of derivatives of a node finite (Brzozowski 1964, theorem 5.2).
 */
export class RegexArena {
  readonly meter: WorkMeter;
  readonly empty: RegexNode;
  readonly epsilon: RegexNode;
  readonly anyChar: RegexNode;
  /** All texts. */
  readonly anyText: RegexNode;
  /** What patterns mean, by how they are written: schemas repeat theirs. */
  readonly patterns = new Map<string, RegexNode>();
  readonly #nodes = new Map<string, RegexNode>();
  readonly #combined = new PartsIndex<RegexNode, RegexNode>();
  readonly #constants: ReadonlyMap<string, RegexNode>;
  /** The nodes that remember their derivatives. */
  #derived: RegexNode[] = [];
  readonly #nextId: () => number;

  constructor(meter: WorkMeter, nextId: () => number) {
    this.meter = meter;
    this.#nextId = nextId;
    this.empty = this.#intern("0", { op: "empty" }, false);
    this.epsilon = this.#intern("1", { op: "epsilon" }, true);
    this.anyChar = this.chars(ANY_CHAR);
    this.anyText = this.#intern(`r${this.anyChar.id},0,Infinity`, repeatTerm(this.anyChar, 0, Infinity), true);
    this.#constants = new Map(this.#nodes);
  }

  /** Forgets the derivatives of all nodes, and which nodes there are; equal ones made later are other objects. */
  forget(): void {
    for (const node of this.#derived) node.forget();
    this.#derived = [];
    this.#combined.clear();
    this.#nodes.clear();
    for (const [key, node] of this.#constants) this.#nodes.set(key, node);
  }

  chars(set: CharSet): RegexNode {
    return set.length === 0 ? this.empty : this.#intern(`c${set.join()}`, { op: "chars", set }, false);
  }

  concat(head: RegexNode, tail: RegexNode): RegexNode {
    if (head === this.empty || tail === this.empty) return this.empty;
    if (head === this.epsilon) return tail;
    if (tail === this.epsilon) return head;
    if (head === this.anyText && tail === this.anyText) return head;
    if (head.term.op === "concat") return this.concat(head.term.head, this.concat(head.term.tail, tail));
    return this.#combined.get("concat", [head, tail], () =>
      this.#make({ op: "concat", head, tail }, head.accepts && tail.accepts),
    );
  }

  or(parts: readonly RegexNode[]): RegexNode {
    const flat = new Set<RegexNode>();
    let set: CharSet = [];
    const words: RegexNode[] = [];
    for (const part of flatten(parts, "or")) {
      if (part === this.anyText) return part;
      if (part.term.op === "chars") set = union(set, part.term.set);
      else if (part.term.op === "words") words.push(part);
      else if (part !== this.empty) flat.add(part);
    }
    if (words.length > 0) flat.add(words.length === 1 ? words[0]! : this.words(words.flatMap(textsOf)));
    if (set.length > 0) flat.add(this.chars(set));
    const accepts = (part: RegexNode): boolean => part.accepts;
    const others = [...flat].filter((part) => part !== this.epsilon);
    const kept = others.some(accepts) ? others : [...flat];
    for (const part of kept) if (part.term.op === "not" && flat.has(part.term.inner)) return this.anyText;
    return this.#bag("or", kept, kept.some(accepts)) ?? this.empty;
  }

  and(parts: readonly RegexNode[]): RegexNode {
    const flat = new Set<RegexNode>();
    let set: CharSet | undefined;
    for (const part of flatten(parts, "and")) {
      if (part === this.empty) return part;
      if (part.term.op === "chars") set = set === undefined ? part.term.set : intersect(set, part.term.set);
      else if (part !== this.anyText) flat.add(part);
    }
    if (set !== undefined) {
      if (set.length === 0) return this.empty;
      flat.add(this.chars(set));
    }
    const kept = [...flat];
    for (const part of kept) if (part.term.op === "not" && flat.has(part.term.inner)) return this.empty;
    if (flat.has(this.epsilon)) return kept.every((part) => part.accepts) ? this.epsilon : this.empty;
    const fewer = this.#withoutOtherWords(kept);
    if (fewer !== undefined) return this.and(fewer);
    const merged = this.#mergeLengths(kept);
    if (merged.includes(this.empty)) return this.empty;
    const accepts = kept.every((part) => part.accepts);
    return this.#bag("and", merged, accepts) ?? this.anyText;
  }

  not(inner: RegexNode): RegexNode {
    if (inner === this.empty) return this.anyText;
    if (inner === this.anyText) return this.empty;
    if (inner.term.op === "not") return inner.term.inner;
    return this.#intern(`!${inner.id}`, { op: "not", inner }, !inner.accepts);
  }

  /** `inner` from `min` to `max` times; `max` may be Infinity. */
  repeat(inner: RegexNode, min: number, max: number): RegexNode {
    if (max < min) return this.empty;
    if (max === 0 || inner === this.epsilon) return this.epsilon;
    if (inner === this.empty) return min === 0 ? this.epsilon : this.empty;
    if (min === 1 && max === 1) return inner;
    if (inner === this.anyText) return inner;
    const least = inner.accepts ? 0 : min;
    return this.#intern(`r${inner.id},${least},${max}`, repeatTerm(inner, least, max), least === 0);
  }

  literal(text: string): RegexNode {
    return this.words([text]);
  }

  char(codePoint: number): RegexNode {
    return this.chars([codePoint, codePoint]);
  }

  /** The finite language of these texts. */
  words(texts: Iterable<string>): RegexNode {
    return this.#words(sortedWords(texts));
  }

  derive(node: RegexNode, codePoint: number): RegexNode {
    this.meter.spend(1);
    if (node.isFresh) this.#derived.push(node);
    const { term } = node;
    switch (term.op) {
      case "empty":
      case "epsilon":
        return this.empty;
      case "chars":
        return hasChar(term.set, codePoint) ? this.epsilon : this.empty;
      case "words":
        return this.#words(wordsAfter(term.texts, codePoint));
      case "concat": {
        const first = this.concat(term.head.derivative(codePoint), term.tail);
        return term.head.accepts ? this.or([first, term.tail.derivative(codePoint)]) : first;
      }
      case "or":
        this.meter.spend(term.parts.length);
        return this.or(term.parts.map((part) => part.derivative(codePoint)));
      case "and":
        this.meter.spend(term.parts.length);
        return this.and(term.parts.map((part) => part.derivative(codePoint)));
      case "not":
        return this.not(term.inner.derivative(codePoint));
      case "repeat": {
        const rest = this.repeat(term.inner, Math.max(0, term.min - 1), term.max - 1);
        return this.concat(term.inner.derivative(codePoint), rest);
      }
    }
  }

  cutsOf(node: RegexNode): readonly number[] {
    const { term } = node;
    switch (term.op) {
      case "empty":
      case "epsilon":
        return [0];
      case "chars": {
        const cuts = [0];
        for (let i = 0; i < term.set.length; i += 2) cuts.push(term.set[i]!, term.set[i + 1]! + 1);
        return sortedUnique(cuts);
      }
      case "words":
        this.meter.spend(term.texts.length);
        return sortedUnique([0, ...wordStarts(term.texts).flatMap((start) => [start, start + 1])]);
      case "concat":
        return term.head.accepts ? sortedUnique([...term.head.cuts(), ...term.tail.cuts()]) : term.head.cuts();
      case "or":
      case "and": {
        const cuts: number[] = [];
        for (const part of term.parts) for (const cut of part.cuts()) cuts.push(cut);
        this.meter.spend(cuts.length);
        return sortedUnique(cuts);
      }
      case "not":
      case "repeat":
        return term.inner.cuts();
    }
  }

  shortestBytes(node: RegexNode): number {
    return node.knownBytes ?? shortestBytes(node, this.meter);
  }

  isEmpty(node: RegexNode): boolean {
    return this.shortestBytes(node) === Infinity;
  }

  #words(sorted: readonly string[]): RegexNode {
    this.meter.spend(sorted.length);
    if (sorted.length === 0) return this.empty;
    const accepts = sorted[0] === "";
    if (accepts && sorted.length === 1) return this.epsilon;
    if (!accepts && sorted.every(isOneCharacter))
      return this.chars(charSet(wordStarts(sorted).map((start) => [start, start])));
    return this.#intern(`w${keyOfWords(sorted)}`, { op: "words", texts: sorted }, accepts);
  }

  /** The intersection of some parts as that of fewer, where words are among them that others exclude one by one. */
  #withoutOtherWords(parts: readonly RegexNode[]): RegexNode[] | undefined {
    const lists: (readonly string[])[] = [];
    const excluded: (readonly string[])[] = [];
    const rest: RegexNode[] = [];
    for (const part of parts) {
      const { term } = part;
      if (term.op === "words") lists.push(term.texts);
      else if (term.op === "not" && term.inner.term.op === "words") excluded.push(term.inner.term.texts);
      else rest.push(part);
    }
    if (lists.length === 0 || lists.length + excluded.length === 1) return undefined;
    const [words, ...others] = lists.map((texts) => new Set(texts));
    const isIn = (text: string): boolean => others.every((set) => set.has(text));
    const kept = new Set([...words!].filter(isIn));
    for (const text of excluded.flat()) kept.delete(text);
    return [this.words(kept), ...rest];
  }

  /** Several bounds on the length alone are one bound. */
  #mergeLengths(parts: readonly RegexNode[]): RegexNode[] {
    const rest: RegexNode[] = [];
    let min = 0;
    let max = Infinity;
    for (const part of parts) {
      if (part.term.op === "repeat" && part.term.inner === this.anyChar) {
        min = Math.max(min, part.term.min);
        max = Math.min(max, part.term.max);
      } else rest.push(part);
    }
    const length = this.repeat(this.anyChar, min, max);
    return length === this.anyText ? rest : [...rest, length];
  }

  #bag(op: "or" | "and", parts: RegexNode[], accepts: boolean): RegexNode | undefined {
    if (parts.length <= 1) return parts[0];
    const sorted = parts.toSorted((a, b) => a.id - b.id);
    return this.#combined.get(op, sorted, () => this.#make({ op, parts: sorted }, accepts));
  }

  #intern(key: string, term: RegexTerm, accepts: boolean): RegexNode {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.#make(term, accepts);
    this.#nodes.set(key, node);
    return node;
  }

  #make(term: RegexTerm, accepts: boolean): RegexNode {
    this.meter.spend(1);
    return new RegexNode({ id: this.#nextId(), term, accepts, arena: this });
  }
}

function repeatTerm(inner: RegexNode, min: number, max: number): RegexTerm {
  return { op: "repeat", inner, min, max };
}

function textsOf({ term }: RegexNode): readonly string[] {
  return term.op === "words" ? term.texts : [];
}

function* flatten(parts: readonly RegexNode[], op: "or" | "and"): Generator<RegexNode> {
  for (const part of parts) {
    if (part.term.op === op) yield* part.term.parts;
    else yield part;
  }
}

function sortedUnique(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
