import type { Configuration } from "./machine/configuration.ts";
import type { TransitionTable } from "./machine/transition-table.ts";
import type { WrittenText } from "./machine/written-text.ts";
import type { TokenTrie } from "./token-trie.ts";

const MAX_FORCED_BYTES = 256;
/** Bytes of written text that can still be part of a token together with what follows. */
const CONTEXT_BYTES = 64;

/** The bytes that must come next, whatever the model says. */
export function forcedBytes(start: Configuration, table: TransitionTable, text: WrittenText): Uint8Array {
  const { length } = text;
  const bytes: number[] = [];
  let configuration = start;
  while (bytes.length < MAX_FORCED_BYTES) {
    const only = onlyStep(configuration, table, text);
    if (only === undefined) break;
    bytes.push(only.byte);
    text.push(only.byte);
    configuration = only.after;
  }
  text.truncate(length);
  return Uint8Array.from(bytes);
}

function onlyStep(
  from: Configuration,
  table: TransitionTable,
  text: WrittenText,
): { byte: number; after: Configuration } | undefined {
  if (from.accepts || from.freeLength > 0 || from.controlTokens().length > 0) return undefined;
  let only: { byte: number; after: Configuration } | undefined;
  for (let byte = 0; byte < 256; byte++) {
    const after = table.follow(from, byte, text);
    if (after === undefined) continue;
    if (only !== undefined) return undefined;
    only = { byte, after };
  }
  return only;
}

/**
 * The tokens of forced bytes that do not depend on what stands around them: tokenized together with the end of the text,
 * they must start at a token boundary, and the last one is given up, since it could go on into what is not known yet.
 */
export function stableTokens(bytes: Uint8Array, text: WrittenText, trie: TokenTrie): Int32Array {
  const tokenize = trie.tokenize!;
  const context = text.slice(characterStart(text, Math.max(0, text.length - CONTEXT_BYTES)));
  const whole = new Uint8Array(context.length + bytes.length);
  whole.set(context);
  whole.set(bytes, context.length);
  const tokens = tokenize(whole);
  const stable: number[] = [];
  let at = 0;
  for (const token of tokens.subarray(0, -1)) {
    const width = trie.textBytes(token)?.length ?? 0;
    if (at < context.length && at + width > context.length) return new Int32Array(0);
    if (at >= context.length) stable.push(token);
    at += width;
  }
  return Int32Array.from(stable);
}

/** The first start of a character at or after `from`. */
function characterStart(text: WrittenText, from: number): number {
  let at = from;
  while (at < text.length && (text.slice(at, at + 1)[0]! & 0xc0) === 0x80) at++;
  return at;
}
