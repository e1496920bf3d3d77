import { type ErrorCode, TramontaneError } from "#base";
import {
  bindGrammar,
  type BoundGrammar,
  type CompiledGrammar,
  compileJsonObject,
  compileJsonSchema,
  compileRegex,
  compileToolCalls,
  createTokenTrie,
  GrammarError,
  Matcher,
  type TokenTrie,
} from "#grammar";
import type { Vocabulary } from "./backend/backend.ts";
import type { Constraint } from "./generation.ts";

/** Grammars kept compiled; the least recently used one goes first. Each holds up to 6 MiB of caches. */
const KEPT_GRAMMARS = 32;

/**
 * The grammars of one model: compiled once per constraint, their masks shared by all requests that use them. The
 * vocabulary is prepared when the first constraint comes, which takes 0.2 s for 32,768 tokens.
 */
export class ConstraintSet {
  readonly #vocabulary: Vocabulary;
  /** Least recently used first. */
  readonly #grammars = new Map<string, BoundGrammar>();
  readonly #hasDummySpace: boolean;
  #trie: TokenTrie | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    const [spaced, glued] = [true, false].map((dummySpace) => vocabulary.tokenize("a", { dummySpace }).join());
    this.#hasDummySpace = spaced !== glued;
  }

  /**
   * The grammar of a constraint, and whether an answer of at most `maxTokens` can be whole: if not even the shortest one
   * is, it keeps to the form and is cut, as `maxTokens` cuts free text. Throws `invalid_schema` when it cannot be enforced.
   */
  prepare(constraint: Constraint, maxTokens: number): { grammar: BoundGrammar; closesInTime: boolean } {
    return asTramontaneError(() => {
      const grammar = this.#bound(constraint);
      const minTokens = maxTokens < grammar.grammar.minBytes() ? grammar.minTokens() : 0;
      return { grammar, closesInTime: maxTokens >= minTokens };
    });
  }

  open(grammar: BoundGrammar): Matcher {
    return new Matcher(grammar, undefined, { dummySpace: this.#hasDummySpace });
  }

  #bound(constraint: Constraint): BoundGrammar {
    const key = JSON.stringify(constraint);
    this.#trie ??= createTokenTrie(tokensOf(this.#vocabulary));
    const grammar = this.#grammars.get(key) ?? bindGrammar(this.#compile(constraint), this.#trie);
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    for (const oldest of this.#grammars.keys()) {
      if (this.#grammars.size <= KEPT_GRAMMARS) break;
      this.#grammars.delete(oldest);
    }
    return grammar;
  }

  #compile(constraint: Constraint): CompiledGrammar {
    switch (constraint.kind) {
      case "json_object":
        return compileJsonObject();
      case "json_schema":
        return compileJsonSchema(constraint.schema);
      case "regex":
        return compileRegex(constraint.pattern);
      case "tool_calls": {
        const token = (text: string) => this.#vocabulary.controlToken(text);
        const mayThink = constraint.thinking ?? true;
        const tokens = {
          toolCalls: token("[TOOL_CALLS]"),
          args: token("[ARGS]"),
          callId: token("[CALL_ID]"),
          think: mayThink ? token("[THINK]") : undefined,
          endThink: token("[/THINK]"),
        };
        return compileToolCalls({ ...constraint, tokens });
      }
    }
  }
}

function tokensOf(vocabulary: Vocabulary): Parameters<typeof createTokenTrie>[0] {
  const decoder = new TextDecoder();
  return {
    size: vocabulary.size,
    tokenBytes: (token) => vocabulary.tokenBytes(token),
    isControl: (token) => vocabulary.controlText(token) !== undefined,
    isEndOfGeneration: (token) => vocabulary.isEndOfGeneration(token),
    tokenize: (text) => vocabulary.tokenize(decoder.decode(text), { dummySpace: false }),
  };
}

/** Runs `body`; what the grammar refuses becomes an error of the house. */
export function asTramontaneError<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const code: ErrorCode = "invalid_schema";
    const { pointer, keyword } = error;
    throw new TramontaneError(code, error.message, {
      cause: error,
      ...(pointer === undefined ? {} : { field: `#${pointer}` }),
      details: { reason: error.code, ...(keyword === undefined ? {} : { keyword }) },
    });
  }
}
