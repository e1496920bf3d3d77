import type { TokenMask } from "../token-mask.ts";
import type { PackedTrie } from "../token-trie.ts";
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
  const { table } = walk;
  const { nodes, duplicates } = trie;
  const { words } = walk.mask;
  const rows = new Int32Array(256);
  rows[0] = table.rowOf(start);
  let { next } = table;
  let wasImpure = false;
  for (let i = 0; i < nodes.length;) {
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
      token !== 0xffffff &&
      (walk.deadline === undefined || isInTime(walk, walk.deadline, { nodes, index: i, row: after }))
    ) {
      words[token >> 5]! |= 1 << (token & 31);
    }
    i += 2;
  }
  for (const [token, twins] of duplicates) if (walk.mask.has(token)) for (const twin of twins) walk.mask.add(twin);
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
