import { type ErrorCode, TramontaneError } from "#base";
import {
  bindGrammar,
  type BoundGrammar,
  type CompiledGrammar,
  compileEbnf,
  compileJsonObject,
  compileJsonSchema,
  compileRegex,
  compileToolCalls,
  createTokenTrie,
  GrammarError,
  type Layout,
  Matcher,
  type TokenTrie,
  type ToolCallSpec,
} from "#grammar";
import type { Vocabulary } from "./backend/backend.ts";
import type { AnswerMark, Closing, Constraint } from "./generation.ts";

/** Grammars kept compiled; the least recently used one goes first. Each holds up to 5 MiB. */
const KEPT_GRAMMARS = 32;

export interface FormWishes {
  readonly constraint: Constraint;
  readonly answerPrefix?: string | undefined;
  readonly closing?: Closing | undefined;
}

/** What an answer must be, from where it begins. */
export interface AnswerForm {
  /** Each choice follows a clone of its own. */
  readonly start: Matcher;
  /** Whether the answer is steered to be complete when its tokens run out. */
  readonly closesInTime: boolean;
  /** Whether an answer that may end when its tokens run out has ended, rather than being cut. */
  readonly endsWhole: boolean;
}

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
   * How an answer of at most `maxTokens` is to be formed. Throws `invalid_schema` when the constraint cannot be enforced,
   * `invalid_request` when the prefix does not begin such an answer, or when it must be whole and cannot be.
   */
  prepare({ constraint, answerPrefix, closing = "when_possible" }: FormWishes, maxTokens: number): AnswerForm {
    return asTramontaneError(() => {
      const start = this.#started(constraint, answerPrefix);
      if (closing === "never") return { start, closesInTime: false, endsWhole: false };
      const minTokens = maxTokens < start.bytesToClose() ? start.minTokensToClose() : 0;
      const closesInTime = maxTokens >= minTokens;
      if (closing === "required" && !closesInTime) throw tooShort(minTokens, maxTokens);
      return { start, closesInTime, endsWhole: closesInTime && saysWhen(constraint) };
    });
  }

  prepareVocabulary(): TokenTrie {
    return (this.#trie ??= createTokenTrie(tokensOf(this.#vocabulary)));
  }

  /**
   * The matcher behind the prefix. Answers are laid out as templates write JSON, so that keys and punctuation are forced; a
   * prefix that is laid out differently goes on under looser rules.
   */
  #started(constraint: Constraint, prefix: string | undefined): Matcher {
    const open = (layout: Layout): Matcher =>
      new Matcher(this.#bound(constraint, layout), undefined, { dummySpace: this.#hasDummySpace });
    const start = open("spaced");
    if (prefix === undefined) return start;
    const bytes = new TextEncoder().encode(prefix);
    if (start.startWith(bytes) === bytes.length) return start;
    const loose = open("any");
    startWith(loose, prefix);
    return loose;
  }

  #bound(constraint: Constraint, layout: Layout): BoundGrammar {
    const key = layout + JSON.stringify(constraint);
    const trie = this.prepareVocabulary();
    const grammar = this.#grammars.get(key) ?? bindGrammar(this.#compile(constraint, layout), trie);
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    for (const oldest of this.#grammars.keys()) {
      if (this.#grammars.size <= KEPT_GRAMMARS) break;
      this.#grammars.delete(oldest);
    }
    return grammar;
  }

  #compile(constraint: Constraint, layout: Layout): CompiledGrammar {
    switch (constraint.kind) {
      case "json_object":
        return compileJsonObject();
      case "json_schema":
        return compileJsonSchema(constraint.schema, { layout });
      case "regex":
        return compileRegex(constraint.pattern);
      case "ebnf":
        return compileEbnf(constraint.grammar);
      case "tool_calls":
        return compileToolCalls(this.#toolCalls(constraint), { layout });
    }
  }

  #toolCalls({ marks, thought, ...constraint }: Extract<Constraint, { kind: "tool_calls" }>): ToolCallSpec {
    const token = (text: string) => this.#vocabulary.controlToken(text);
    const mark = ({ text, control }: AnswerMark) =>
      control ? { text, token: neededToken(text, token(text)) } : { text };
    return {
      ...constraint,
      tokens: {
        toolCalls: token("[TOOL_CALLS]"),
        args: token("[ARGS]"),
        callId: token("[CALL_ID]"),
        ...(marks === undefined ? {} : { open: mark(marks.open), close: mark(marks.close) }),
      },
      ...(thought === undefined
        ? {}
        : { thought: { ...thought, open: mark(thought.open), close: mark(thought.close) } }),
    };
  }
}

function neededToken(text: string, token: number | undefined): number {
  if (token !== undefined) return token;
  throw new GrammarError({ code: "unsupported", reason: `this model has no control token ${text}` });
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

/** Whether an answer that may end has said what it had to; of free words nobody can tell. */
function saysWhen(constraint: Constraint): boolean {
  if (constraint.kind !== "tool_calls") return true;
  return constraint.response !== undefined || (constraint.choice !== "auto" && constraint.choice !== "none");
}

function startWith(matcher: Matcher, prefix: string): void {
  const bytes = new TextEncoder().encode(prefix);
  const read = matcher.startWith(bytes);
  if (read === bytes.length) return;
  const readCharacters = Array.from(new TextDecoder().decode(bytes.subarray(0, read))).length;
  throw new TramontaneError(
    "invalid_request",
    `The prefix does not begin an answer of the form that was asked for: it leaves it after ${readCharacters} characters.`,
    { field: "messages", details: { readCharacters } },
  );
}

function tooShort(minTokens: number, maxTokens: number): TramontaneError {
  const message = `The shortest answer of this form takes ${minTokens} tokens; at most ${maxTokens} may be generated.`;
  return new TramontaneError("invalid_request", message, { field: "max_tokens", details: { minTokens, maxTokens } });
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
