import { GrammarError } from "../grammar-error.ts";
import type { RegexArena } from "./arena.ts";
import { complement } from "./char-set.ts";
import { WORD_CHARS } from "./classes.ts";
import type { RegexNode } from "./node.ts";
import { parsePattern } from "./parse.ts";
import { asksBehind, hasAssertion, type PatternTree } from "./syntax.ts";

/** What is known of the text before a position: nothing there, or the kind of its last character. */
type Before = "start" | "word" | "other";

/** The texts in which `source` matches somewhere, as `new RegExp(source, "u").test(text)` would say. */
export function searchPattern(source: string, arena: RegexArena): RegexNode {
  return known(arena, `search ${source}`, () => new PatternCompiler(arena).search(parsePattern(source)));
}

/** The texts that `source` matches from their first to their last character. */
export function wholePattern(source: string, arena: RegexArena): RegexNode {
  return known(arena, `whole ${source}`, () => new PatternCompiler(arena).whole(parsePattern(source)));
}

function known({ patterns }: RegexArena, key: string, compile: () => RegexNode): RegexNode {
  const node = patterns.get(key) ?? compile();
  patterns.set(key, node);
  return node;
}

/**
 * Turns a pattern into a language by continuations: `follow(parts, rest)` is the language of the texts from here to the
 * very end, when `rest` is the language of what comes after `parts`. So a lookahead is an intersection with what comes,
 * `$` an intersection with the empty text, and an assertion about what came before picks among the three cases of
 * `Before`, into which the preceding part is split by its last character.
 */
class PatternCompiler {
  readonly #arena: RegexArena;
  readonly #endsInWord: RegexNode;
  readonly #endsInOther: RegexNode;
  readonly #startsWithWord: RegexNode;

  constructor(arena: RegexArena) {
    this.#arena = arena;
    const word = arena.chars(WORD_CHARS);
    this.#endsInWord = arena.concat(arena.anyText, word);
    this.#endsInOther = arena.concat(arena.anyText, arena.chars(complement(WORD_CHARS)));
    this.#startsWithWord = arena.concat(word, arena.anyText);
  }

  search(tree: PatternTree): RegexNode {
    return this.#afterText(this.#arena.anyText, { parts: [tree], rest: this.#arena.anyText, before: "start" });
  }

  whole(tree: PatternTree): RegexNode {
    return this.#follow([tree], this.#arena.epsilon, "start");
  }

  #follow(parts: readonly PatternTree[], rest: RegexNode, before: Before): RegexNode {
    this.#arena.meter.spend(1);
    const [first, ...others] = parts;
    if (first === undefined) return rest;
    if (!hasAssertion(first)) return this.#afterText(this.#plain(first), { parts: others, rest, before });
    switch (first.kind) {
      case "sequence":
        return this.#follow([...first.parts, ...others], rest, before);
      case "choice":
        return this.#arena.or(first.parts.map((part) => this.#follow([part, ...others], rest, before)));
      case "repeat":
        return this.#arena.or(unrolled(first).map((copies) => this.#follow([...copies, ...others], rest, before)));
      default:
        return this.#arena.and([this.#condition(first, before), this.#follow(others, rest, before)]);
    }
  }

  /** The texts that start with a member of `text` and go on as `next` says. */
  #afterText(text: RegexNode, next: { parts: readonly PatternTree[]; rest: RegexNode; before: Before }): RegexNode {
    const { parts, rest, before } = next;
    if (!asksBehind(parts)) return this.#arena.concat(text, this.#follow(parts, rest, before));
    const ending = (end: RegexNode, after: Before): RegexNode => {
      const ended = this.#arena.and([text, end]);
      return ended === this.#arena.empty ? ended : this.#arena.concat(ended, this.#follow(parts, rest, after));
    };
    const cases = [ending(this.#endsInWord, "word"), ending(this.#endsInOther, "other")];
    return this.#arena.or(text.accepts ? [this.#follow(parts, rest, before), ...cases] : cases);
  }

  /** The texts from here to the end that satisfy an assertion. */
  #condition(tree: PatternTree, before: Before): RegexNode {
    const { anyText, empty, epsilon } = this.#arena;
    switch (tree.kind) {
      case "start":
        return before === "start" ? anyText : empty;
      case "end":
        return epsilon;
      case "boundary":
        return before === "word" ? this.#arena.not(this.#startsWithWord) : this.#startsWithWord;
      case "notBoundary":
        return before === "word" ? this.#startsWithWord : this.#arena.not(this.#startsWithWord);
      case "ahead":
        return this.#follow([tree.inner], anyText, before);
      case "notAhead":
        return this.#arena.not(this.#follow([tree.inner], anyText, before));
      default:
        return anyText;
    }
  }

  /** The language of a tree without assertions. */
  #plain(tree: PatternTree): RegexNode {
    switch (tree.kind) {
      case "chars":
        return this.#arena.chars(tree.set);
      case "sequence":
        return tree.parts.reduceRight<RegexNode>(
          (tail, part) => this.#arena.concat(this.#plain(part), tail),
          this.#arena.epsilon,
        );
      case "choice":
        return this.#arena.or(tree.parts.map((part) => this.#plain(part)));
      case "repeat":
        return this.#arena.repeat(this.#plain(tree.inner), tree.min, tree.max);
      default:
        return this.#arena.epsilon;
    }
  }
}

const MAX_COPIES = 8;

/** A loop around an assertion, as the sequences it stands for; only short bounded loops have few enough. */
function unrolled(loop: PatternTree & { kind: "repeat" }): PatternTree[][] {
  if (loop.max > MAX_COPIES) {
    throw new GrammarError({
      code: "unsupported",
      reason: "an assertion (^, $, \\b or lookahead) inside an unbounded loop is not supported",
    });
  }
  return Array.from({ length: loop.max - loop.min + 1 }, (_, i) =>
    Array.from({ length: loop.min + i }, () => loop.inner),
  );
}
