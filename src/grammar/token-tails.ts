import { type PackedTrie, packTrie, sortedTokens, type TokenTexts } from "./packed-trie.ts";

/**
 * What a token can still hold behind the end of a JSON string, number or key: the ends of tokens that start with whitespace,
 * a colon, a comma or a closing bracket. They are a small vocabulary of their own: which of them may follow a value is all
 * that the value's own masks can see of what stands around it.
 */
export interface TokenTails {
  readonly trie: PackedTrie;
  readonly size: number;
}

const TAIL = /^[\t\n\r ]*(?:[,:\]}]|$)/;

export function tokenTails(texts: TokenTexts): TokenTails {
  const tails = new Map<string, Uint8Array>();
  for (const bytes of texts) {
    if (bytes === undefined) continue;
    const text = String.fromCharCode(...bytes);
    for (let at = 0; at < bytes.length; at++) {
      const tail = text.slice(at);
      if (TAIL.test(tail)) tails.set(tail, bytes.subarray(at));
    }
  }
  const list = [...tails.values()];
  return { trie: packTrie(sortedTokens(list), list), size: list.length };
}
