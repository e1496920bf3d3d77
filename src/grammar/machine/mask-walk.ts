import type { TokenMask } from "../token-mask.ts";
import { NO_TOKEN, type PackedTrie } from "../packed-trie.ts";
import type { TokenTrie } from "../token-trie.ts";
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
 * Adds to the mask every token of the trie that may follow `start`: one pass over the nodes, stepping the configurations
 * along. Answers whether the outcome depends on the text before, so that it must not be remembered.
 */
export function walkTrie(trie: PackedTrie, start: Configuration, walk: Walk): boolean {
  const wasImpure = walkRange(trie.nodes, [0, trie.nodes.length], start, walk);
  addTwins(trie, walk.mask);
  return wasImpure;
}

/**
 * The same where most first bytes lead into free text, as at the start of a key that is not named: the mask of plain text
 * is corrected for the other first bytes, and only their part of the trie is walked whole.
 */
export function walkAround(trie: TokenTrie, start: Configuration, walk: Walk): boolean {
  const { table, mask } = walk;
  const { all } = trie;
  const slice = trie.slices.at(-1)!;
  mask.words.set(slice.mask.words);
  let wasImpure = false;
  const row = table.rowOf(start);
  for (let byte = 0; byte < 256; byte++) {
    const isFree = leadsIntoFreeText(table, { row, byte }, slice.length);
    if (!isFree) for (const token of slice.byFirstByte[byte]!) mask.delete(token);
    const { nodes, starts } = isFree ? slice.rest : all;
    const [first, end] = [starts[byte]!, starts[byte + 1]!];
    if (first < end) wasImpure = walkRange(nodes, [first, end], start, walk) || wasImpure;
  }
  addTwins(all, mask);
  return wasImpure;
}

/** The same for the tokens alone that start with whitespace. */
export function walkWhitespace(trie: PackedTrie, start: Configuration, walk: Walk): boolean {
  let wasImpure = false;
  for (const byte of WHITESPACE) {
    wasImpure = walkRange(trie.nodes, [trie.starts[byte]!, trie.starts[byte + 1]!], start, walk) || wasImpure;
  }
  addTwins(trie, walk.mask);
  return wasImpure;
}

const WHITESPACE = [0x09, 0x0a, 0x0d, 0x20];
const FEW_BYTES = 32;

/** Whether `walkAround` is worth it: whether more than a few first bytes lead into free text. */
export function isMostlyFree(table: TransitionTable, start: Configuration, length: number): boolean {
  const row = table.rowOf(start);
  let free = 0;
  for (let byte = 0x20; byte < 0x7f; byte++) if (leadsIntoFreeText(table, { row, byte }, length)) free++;
  return free > FEW_BYTES;
}

function leadsIntoFreeText(table: TransitionTable, from: { row: number; byte: number }, length: number): boolean {
  const after = table.step(from.row, from.byte);
  return after > 0 && table.at(after).freeLength >= length;
}

/** Adds the tokens that share their bytes with a token of the mask. */
function addTwins(trie: PackedTrie, mask: TokenMask): void {
  for (const [token, twins] of trie.duplicates) if (mask.has(token)) for (const twin of twins) mask.add(twin);
}

function walkRange(nodes: Int32Array, range: readonly [number, number], start: Configuration, walk: Walk): boolean {
  const { table } = walk;
  const [first, end] = range;
  const { words } = walk.mask;
  const rows = new Int32Array(256);
  rows[0] = table.rowOf(start);
  let { next } = table;
  let wasImpure = false;
  for (let i = first; i < end;) {
    const packed = nodes[i + 1]!;
    const depth = packed & 0xff;
    const row = rows[depth - 1]!;
    const byte = nodes[i]! & 0xff;
    let after = next[(row << 8) | byte]!;
    if (after === 0) {
      after = table.step(row, byte);
      next = table.next;
    }
    if (after < DEAD) {
      if (after === IMPURE) {
        wasImpure = true;
        after = readTokenSoFar(walk, start, { nodes, index: i });
        next = table.next;
      } else after = tentativeRow(after);
    }
    if (after === DEAD) {
      i += (packed >>> 8) << 1;
      continue;
    }
    rows[depth] = after;
    const token = nodes[i]! >>> 8;
    if (
      token !== NO_TOKEN &&
      (walk.deadline === undefined || isInTime(walk, walk.deadline, { nodes, index: i, row: after }))
    ) {
      words[token >> 5]! |= 1 << (token & 31);
    }
    i += 2;
  }
  return wasImpure;
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
