import { isSpace } from "./json/gap.ts";
import { type PackedTrie, packTrie, sortedTokens, type TokenTexts } from "./packed-trie.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const PUNCTUATION = Array.from(":,[]{}", (char) => char.charCodeAt(0));

/**
 * The parts of tokens that can tell apart what comes behind a piece of JSON. There are far fewer of them than tokens, so
 * that trying them all is cheap. The ids in both tries are those of the parts, not of tokens.
 */
export interface TokenTails {
  /**
   * Ends of tokens, and whole tokens, that may stand behind a key or a value inside a container, or before a key: nothing
   * but whitespace, or whitespace, one of `:,]}"` and whatever else.
   */
  readonly behind: PackedTrie;
  /** The same without the whitespace in their gaps: enough where every gap takes the same whitespace. */
  readonly unspaced: PackedTrie;
  /** Texts inside a string and the quote behind them, with which a token may begin, or go on behind another quote. */
  readonly closings: PackedTrie;
}

export function tokenTails(texts: TokenTexts): TokenTails {
  const behind = new Set<string>();
  const closings = new Set<string>();
  for (const bytes of texts) {
    if (bytes === undefined) continue;
    const text = String.fromCharCode(...bytes);
    let mayStand = true;
    for (let at = bytes.length - 1; at >= 0; at--) {
      mayStand = mayFollow(bytes[at]!) || (mayStand && isSpace(bytes[at]!));
      if (mayStand) behind.add(text.slice(at));
    }
    for (let end = text.indexOf('"'); end >= 0; end = text.indexOf('"', end + 1)) {
      closings.add(text.slice(0, end + 1));
      for (let from = text.indexOf('"'); from < end; from = text.indexOf('"', from + 1)) {
        closings.add(text.slice(from + 1, end + 1));
      }
    }
  }
  const unspaced = new Set(Array.from(behind, withoutGaps));
  unspaced.delete("");
  return { behind: trieOf(behind), unspaced: trieOf(unspaced), closings: trieOf(closings) };
}

/** Without the whitespace at its start, and behind what is punctuation and not part of a string. */
function withoutGaps(tail: string): string {
  let kept = "";
  let isGap = true;
  let isInString = false;
  for (let at = 0; at < tail.length; at++) {
    const byte = tail.charCodeAt(at);
    if (isGap && isSpace(byte)) continue;
    kept += tail[at]!;
    if (isInString && byte === BACKSLASH && at + 1 < tail.length) kept += tail[++at]!;
    else if (byte === QUOTE) isInString = !isInString;
    isGap = !isInString && (byte === QUOTE || PUNCTUATION.includes(byte));
  }
  return kept;
}

function trieOf(parts: ReadonlySet<string>): PackedTrie {
  const texts = Array.from(parts, (part) => Uint8Array.from(part, (char) => char.charCodeAt(0)));
  return packTrie(sortedTokens(texts), texts);
}

function mayFollow(byte: number): boolean {
  return byte === 0x3a || byte === 0x2c || byte === 0x5d || byte === 0x7d || byte === 0x22;
}
