import type { TokenMask } from "../token-mask.ts";
import { NO_TOKEN, type PackedTrie } from "../packed-trie.ts";
import type { TokenSlice } from "../token-slice.ts";
import type { Configuration } from "./configuration.ts";
import { DEAD, IMPURE, tentativeRow, type TransitionTable } from "./transition-table.ts";
import type { WrittenText } from "./written-text.ts";

/** What a walk needs beside the trie. */
export interface Walk {
  readonly table: TransitionTable;
  readonly text: WrittenText;
  readonly mask: TokenMask;
  /** Leaves out the tokens after which the answer could not be closed in time; undefined leaves out none. */
  readonly deadline?: Deadline;
}

interface Deadline {
  /** Tokens that are left after the next one. */
  readonly tokens: number;
  /** Tokens needed from a configuration, the text having been brought up to it. */
  tokensToClose(after: Configuration): number;
}

/**
 * Adds to the mask every token that may follow `start`: one pass over the nodes of the trie, stepping the configurations
 * along. Answers whether the outcome depends on the text before, so that it must not be remembered.
 */
export function walkTrie(trie: PackedTrie, start: Configuration, walk: Walk): boolean {
  const wasImpure = walkNodes({ nodes: trie.nodes, first: 0, end: trie.nodes.length >> 1 }, start, walk);
  addTwins(trie, walk.mask);
  return wasImpure;
}

/**
 * The same where free text is near: the mask is the slice's to begin with, and loses what turns out to be dead. Below a
 * node where free text begins, only the other tokens are visited.
 */
export function walkSlice(trie: PackedTrie, slice: TokenSlice, start: Configuration, walk: Walk): boolean {
  walk.mask.words.set(slice.mask.words);
  const wasImpure = walkNodes({ nodes: trie.nodes, first: 0, end: trie.nodes.length >> 1 }, start, { ...walk, slice });
  addTwins(trie, walk.mask);
  return wasImpure;
}

/** The same for the tokens alone that are no plain text: what may follow of that is in the mask already. */
export function walkOthers(trie: PackedTrie, slice: TokenSlice, start: Configuration, walk: Walk): boolean {
  const range = { nodes: trie.nodes, first: 0, end: trie.nodes.length >> 1 };
  const wasImpure = walkNodes(range, start, { ...walk, slice, isPlainKnown: true });
  addTwins(trie, walk.mask);
  return wasImpure;
}

/** As `walkTrie`, but for the tokens alone that start with whitespace. */
export function walkWhitespace(trie: PackedTrie, start: Configuration, walk: Walk): boolean {
  let wasImpure = false;
  for (const byte of WHITESPACE) {
    const part = { nodes: trie.nodes, first: trie.starts[byte]! >> 1, end: trie.starts[byte + 1]! >> 1 };
    wasImpure = walkNodes(part, start, walk) || wasImpure;
  }
  addTwins(trie, walk.mask);
  return wasImpure;
}

const WHITESPACE = [0x09, 0x0a, 0x0d, 0x20];
/** Characters that few names start with, and a letter that many do. */
const SAMPLE = [0x23, 0x51, 0x7e, 0x65];

/** Whether most characters that may follow lead into text of `length` free characters. A guess, which only costs time. */
export function isMostlyFree(table: TransitionTable, start: Configuration, length: number): boolean {
  const row = table.rowOf(start);
  const free = SAMPLE.filter((byte) => {
    const after = table.step(row, byte);
    return after > 0 && table.at(after).freeLength >= length;
  });
  return 2 * free.length >= SAMPLE.length;
}

/** Adds the tokens that share their bytes with a token of the mask. */
function addTwins(trie: PackedTrie, mask: TokenMask): void {
  for (const [token, twins] of trie.duplicates) if (mask.has(token)) for (const twin of twins) mask.add(twin);
}

/** Nodes of a trie from `first` up to `end`: whole subtrees below the root. */
interface NodeRange {
  readonly nodes: Int32Array;
  readonly first: number;
  readonly end: number;
}

function walkNodes(
  range: NodeRange,
  start: Configuration,
  walk: Walk & { slice?: TokenSlice; isPlainKnown?: boolean },
): boolean {
  const { table, slice, mask } = walk;
  const { nodes, end } = range;
  const { words } = mask;
  const rows = new Int32Array(256);
  rows[0] = table.rowOf(start);
  let { next } = table;
  let wasImpure = false;
  // Up to here, all plain text is free and in the mask already.
  let freeEnd = slice !== undefined && (walk.isPlainKnown === true || start.freeLength >= slice.length) ? end : 0;
  for (let node = range.first; node < end;) {
    if (node < freeEnd) {
      node = Math.min(slice!.nextOther[node]!, freeEnd);
      if (node === freeEnd) continue;
    }
    const packed = nodes[2 * node + 1]!;
    const depth = packed & 0xff;
    const row = rows[depth - 1]!;
    const byte = nodes[2 * node]! & 0xff;
    let after = next[(row << 8) | byte]!;
    if (after === 0) {
      after = table.step(row, byte);
      next = table.next;
    }
    if (after < DEAD) {
      if (after === IMPURE) {
        wasImpure = true;
        after = readTokenSoFar(walk, start, { nodes, index: 2 * node });
        next = table.next;
      } else after = tentativeRow(after);
    }
    if (after === DEAD) {
      const following = node + (packed >>> 8);
      if (slice !== undefined && node >= freeEnd) removeTokens(slice, node, following, words);
      node = following;
      continue;
    }
    rows[depth] = after;
    const token = nodes[2 * node]! >>> 8;
    if (
      token !== NO_TOKEN &&
      (walk.deadline === undefined || isInTime(walk, walk.deadline, { nodes, index: 2 * node, row: after }))
    ) {
      words[token >> 5]! |= 1 << (token & 31);
    }
    if (slice !== undefined && node >= freeEnd && table.at(after).freeBelow >= slice.length) {
      freeEnd = node + (packed >>> 8);
    }
    node++;
  }
  return wasImpure;
}

/** Takes the slice's tokens at the nodes from `first` up to `end` out of a mask again. */
function removeTokens(slice: TokenSlice, first: number, end: number, words: Int32Array): void {
  const { tokens, before } = slice;
  for (let i = before[first]!; i < before[end]!; i++) words[tokens[i]! >> 5]! &= ~(1 << (tokens[i]! & 31));
}

/** Every byte is a token, so that few enough bytes are proof; otherwise the way to the end is counted. */
function isInTime(walk: Walk, deadline: Deadline, at: { nodes: Int32Array; index: number; row: number }): boolean {
  const { table, text } = walk;
  const after = table.at(at.row);
  if (after.bytesToClose() <= deadline.tokens) return true;
  const length = text.length;
  for (const byte of pathBytes(at.nodes, at.index)) text.push(byte);
  text.push(at.nodes[at.index]! & 0xff);
  const tokens = deadline.tokensToClose(after);
  text.truncate(length);
  return tokens <= deadline.tokens;
}

/** Where a step must read the text, the token is read from its first byte, as it will be when it is accepted. */
function readTokenSoFar(walk: Walk, start: Configuration, at: { nodes: Int32Array; index: number }): number {
  const { table, text } = walk;
  const { length } = text;
  let configuration: Configuration | undefined = start;
  for (const byte of [...pathBytes(at.nodes, at.index), at.nodes[at.index]! & 0xff]) {
    configuration = table.follow(configuration, byte, text);
    if (configuration === undefined) break;
    text.push(byte);
  }
  text.truncate(length);
  return configuration === undefined ? DEAD : table.rowOf(configuration);
}

/** The bytes of a node's ancestors, read backwards: the nearest node before it of each smaller depth. */
function pathBytes(nodes: Int32Array, index: number): number[] {
  const bytes: number[] = [];
  let depth = nodes[index + 1]! & 0xff;
  for (let i = index - 2; depth > 1; i -= 2) {
    if ((nodes[i + 1]! & 0xff) !== depth - 1) continue;
    depth--;
    bytes.push(nodes[i]! & 0xff);
  }
  return bytes.toReversed();
}
