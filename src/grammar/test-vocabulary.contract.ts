import { type CompiledGrammar, createTokenTrie, GrammarError, Matcher, type TokenTrie } from "./index.ts";

/** A small vocabulary with every shape of token that matters: all bytes, words, punctuation runs, halves of characters. */
const TEXTS: readonly string[] = [
  '{ } [ ] : , " ": ", {" [{ }} ]} "} "] }, ]} [[ [] {} ":" "," ":[ ," true false null tr ue fal se nul'.split(" "),
  [
    "name",
    "na",
    "me",
    "id",
    "age",
    "ab",
    "abc",
    " a",
    "  ",
    "\n",
    "\n  ",
    ' "',
    "hello world",
    "12",
    "123",
    "0.",
    ".5",
    "e5",
  ],
  [
    "\\n",
    "\\u00",
    '\\"',
    "\\u",
    "é",
    "日本",
    "😀",
    'a"',
    "a\u2028b",
    "\u2029",
    'x","y"',
    '":"a"',
    "1,",
    ",2",
    "zz",
    "00",
    "-1",
  ],
].flat();
export const END = 256;
export const CONTROL = 257;
const FIRST_TEXT = 258;

export function testTrie(): TokenTrie {
  const encoder = new TextEncoder();
  const halves = [Uint8Array.of(0xe6, 0x97), Uint8Array.of(0xa5, 0x61), encoder.encode("abc")];
  const tokens = [...TEXTS.map((text) => encoder.encode(text)), ...halves];
  return createTokenTrie({
    size: FIRST_TEXT + tokens.length,
    tokenBytes: (token) => (token < 256 ? Uint8Array.of(token) : (tokens[token - FIRST_TEXT] ?? new Uint8Array(0))),
    isControl: (token) => token === CONTROL,
    isEndOfGeneration: (token) => token === END,
  });
}

/** Whether a grammar takes a text, byte by byte, to its end. */
export function accepts(grammar: CompiledGrammar, text: string): boolean {
  const matcher = new Matcher(grammar, testTrie());
  for (const byte of new TextEncoder().encode(text)) {
    if (!matcher.tryToken(byte)) return false;
    matcher.accept(byte);
  }
  return matcher.canEnd();
}

/** A reproducible source of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Walks a grammar by random tokens, as a model without sense would, and closes after `tokens` of them. Answers the text;
 * throws when the mask is ever empty.
 */
export function randomWalk(
  grammar: CompiledGrammar,
  trie: TokenTrie,
  walk: { random: () => number; tokens: number },
): string {
  const matcher = new Matcher(grammar, trie);
  for (let step = 0; !matcher.hasEnded; step++) {
    const allowed = [...matcher.mask()];
    if (allowed.length === 0) throw new Error(`dead end after ${Buffer.from(matcher.text()).toString()}`);
    const closing = step < walk.tokens ? allowed : closest(matcher, allowed);
    matcher.accept(closing[Math.floor(walk.random() * closing.length)]!);
  }
  return Buffer.from(matcher.text()).toString();
}

/** The tokens after which the answer is nearest to its end. */
function closest(matcher: Matcher, allowed: readonly number[]): number[] {
  if (matcher.canEnd()) return [END];
  const distances = allowed.map((token) => {
    matcher.accept(token);
    const bytes = matcher.bytesToClose();
    matcher.rollback(1);
    return bytes;
  });
  const least = Math.min(...distances);
  return allowed.filter((_, i) => distances[i] === least);
}

/** The error that a compiler refuses a source with. */
export function refusal(compile: () => unknown): GrammarError {
  try {
    compile();
  } catch (error) {
    if (error instanceof GrammarError) return error;
    throw error;
  }
  throw new Error("was compiled");
}
