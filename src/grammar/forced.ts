import type { Configuration } from "./machine/configuration.ts";
import type { TransitionTable } from "./machine/transition-table.ts";
import type { WrittenText } from "./machine/written-text.ts";
import { NO_TOKEN, nodeOf } from "./packed-trie.ts";
import type { TokenTrie } from "./token-trie.ts";

const MAX_FORCED_BYTES = 256;
/** Bytes of written text that can still be part of a token together with what follows. */
const CONTEXT_BYTES = 64;

/** The bytes that must come next, whatever the model says. */
export function forcedText(start: Configuration, table: TransitionTable, text: WrittenText): ForcedText {
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
  return { bytes: Uint8Array.from(bytes), after: configuration, table, text };
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

/** Bytes that must come next, where they lead, and what stands before them. */
export interface ForcedText {
  readonly bytes: Uint8Array;
  readonly after: Configuration;
  readonly table: TransitionTable;
  readonly text: WrittenText;
}

/**
 * The tokens of forced bytes that do not depend on what stands around them: tokenized together with the end of the text,
 * they must start at a token boundary, and the last one is given up where a longer one might come in its place.
 */
export function stableTokens(forced: ForcedText, trie: TokenTrie): Int32Array {
  const { bytes, text } = forced;
  const context = text.slice(characterStart(text, Math.max(0, text.length - CONTEXT_BYTES)));
  const whole = new Uint8Array(context.length + bytes.length);
  whole.set(context);
  whole.set(bytes, context.length);
  const tokens = trie.tokenize!(whole);
  const stable: number[] = [];
  let at = 0;
  for (const token of tokens) {
    const width = trie.textBytes(token)?.length ?? 0;
    if (at < context.length && at + width > context.length) return new Int32Array(0);
    if (at >= context.length) stable.push(token);
    at += width;
  }
  if (at !== whole.length) return new Int32Array(0);
  const last = stable.at(-1);
  if (last !== undefined && mayGrow(trie.textBytes(last)!, forced, trie)) stable.pop();
  return Int32Array.from(stable);
}

/** Whether a longer token starts with these bytes, the last of the forced ones, and goes on in a way that is allowed. */
function mayGrow(bytes: Uint8Array, { bytes: forced, after, table, text }: ForcedText, trie: TokenTrie): boolean {
  const { nodes } = trie.all;
  const { length } = text;
  const endOf = (node: number): number => node + (nodes[2 * node + 1]! >>> 8);
  const grows = (node: number, from: Configuration): boolean => {
    for (let child = node + 1; child < endOf(node); child = endOf(child)) {
      const byte = nodes[2 * child]! & 0xff;
      const next = table.follow(from, byte, text);
      if (next === undefined) continue;
      if (nodes[2 * child]! >>> 8 !== NO_TOKEN) return true;
      text.push(byte);
      const isLonger = grows(child, next);
      text.truncate(text.length - 1);
      if (isLonger) return true;
    }
    return false;
  };
  for (const byte of forced) text.push(byte);
  const isLonger = grows(nodeOf(trie.all, bytes), after);
  text.truncate(length);
  return isLonger;
}

/** The first start of a character at or after `from`. */
function characterStart(text: WrittenText, from: number): number {
  let at = from;
  while (at < text.length && (text.slice(at, at + 1)[0]! & 0xc0) === 0x80) at++;
  return at;
}
