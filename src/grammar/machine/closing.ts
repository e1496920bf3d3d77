import { NO_TOKEN, type PackedTrie } from "../packed-trie.ts";
import type { Configuration } from "./configuration.ts";
import type { TransitionTable } from "./transition-table.ts";
import type { WrittenText } from "./written-text.ts";

/** What is needed to find the tokens that end an answer. */
export interface Closing {
  readonly table: TransitionTable;
  readonly trie: PackedTrie;
  readonly text: WrittenText;
}

/** Nodes of the trie that one search may visit, some milliseconds' worth; past them bytes are counted as tokens. */
const MAX_VISITED = 400_000;

/**
 * Tokens of the greedy way to the end: always the token that brings it nearest. A function of the configuration alone,
 * so following that way lowers it by at least one per token; never more than `bytesToClose`.
 */
export function tokensToClose(start: Configuration, closing: Closing): number {
  const path: Configuration[] = [];
  const length = closing.text.length;
  let configuration = start;
  const effort = { left: MAX_VISITED };
  while (configuration.tokensToClose === undefined && !configuration.accepts) {
    if (effort.left < 0) {
      configuration.tokensToClose = configuration.bytesToClose();
      break;
    }
    path.push(configuration);
    configuration = greedyStep(configuration, closing, effort);
  }
  closing.text.truncate(length);
  let tokens = configuration.accepts ? 0 : configuration.tokensToClose!;
  for (const passed of path.toReversed()) passed.tokensToClose = ++tokens;
  return start.accepts ? 0 : start.tokensToClose!;
}

/** Takes the token after which the end is nearest, visiting only paths on which every byte brings it nearer. */
function greedyStep(from: Configuration, { table, trie, text }: Closing, effort: { left: number }): Configuration {
  let nearest: { configuration: Configuration; bytes: number[] } | undefined;
  const consider = (configuration: Configuration, bytes: number[]): void => {
    const best = nearest?.configuration.bytesToClose() ?? Infinity;
    if (configuration.bytesToClose() < best) nearest = { configuration, bytes };
  };
  for (const token of from.controlTokens()) {
    const after = table.configuration(from.threadsAfterToken(token));
    if (after !== undefined) consider(after, []);
  }
  const { nodes } = trie;
  const length = text.length;
  const path: Configuration[] = [from];
  for (let i = 0; i < nodes.length;) {
    effort.left--;
    const packed = nodes[i + 1]!;
    const depth = packed & 0xff;
    const before = path[depth - 1]!;
    text.truncate(length + depth - 1);
    const byte = nodes[i]! & 0xff;
    const after = table.follow(before, byte, text);
    if (after === undefined || after.bytesToClose() >= before.bytesToClose()) {
      i += (packed >>> 8) << 1;
      continue;
    }
    path[depth] = after;
    text.push(byte);
    if (nodes[i]! >>> 8 !== NO_TOKEN) consider(after, Array.from(text.slice(length)));
    i += 2;
  }
  text.truncate(length);
  if (nearest === undefined) throw new Error("no token brings the end of the answer nearer");
  for (const byte of nearest.bytes) text.push(byte);
  return nearest.configuration;
}
