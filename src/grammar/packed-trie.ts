/** Stands at the nodes where no token ends. */
export const NO_TOKEN = 0xffffff;

/** The bytes of each token; undefined for those that are not text. */
export type TokenTexts = readonly (Uint8Array | undefined)[];

/**
 * A byte trie in depth-first order, two words per node: `byte | token << 8` and `skip << 8 | depth`, where `skip` is how
 * many nodes the subtree has. One pass over the array visits what is alive and jumps over what is not.
 */
export interface PackedTrie {
  readonly nodes: Int32Array;
  /** Where in `nodes` the tokens start whose first byte is at least `b`; 257 entries. */
  readonly starts: Int32Array;
  /** The further tokens with the same bytes, by the first of them. */
  readonly duplicates: ReadonlyMap<number, readonly number[]>;
}

/** The tokens that have a text, by their bytes and then by their ids. */
export function sortedTokens(texts: TokenTexts): number[] {
  const tokens = texts.flatMap((bytes, token) => (bytes === undefined ? [] : [token]));
  return tokens.sort((a, b) => compareBytes(texts[a]!, texts[b]!) || a - b);
}

/** `sorted`: the tokens to take, as `sortedTokens` orders them. */
export function packTrie(sorted: readonly number[], texts: TokenTexts): PackedTrie {
  const bytesOf: number[] = [];
  const depths: number[] = [];
  const tokens: number[] = [];
  const duplicates = new Map<number, number[]>();
  let previous = new Uint8Array(0);
  for (const token of sorted) {
    const bytes = texts[token]!;
    let common = 0;
    while (common < previous.length && common < bytes.length && previous[common] === bytes[common]) common++;
    if (common === bytes.length && common === previous.length) {
      const first = tokens.at(-1)!;
      duplicates.set(first, [...(duplicates.get(first) ?? []), token]);
      continue;
    }
    for (let depth = common; depth < bytes.length; depth++) {
      bytesOf.push(bytes[depth]!);
      depths.push(depth + 1);
      tokens.push(depth === bytes.length - 1 ? token : NO_TOKEN);
    }
    previous = new Uint8Array(bytes);
  }
  const nodes = new Int32Array(bytesOf.length * 2);
  const open: number[] = [];
  const close = (end: number, depth: number): void => {
    while (open.length > 0 && depths[open.at(-1)!]! >= depth) {
      const node = open.pop()!;
      nodes[2 * node + 1] = ((end - node) << 8) | depths[node]!;
    }
  };
  for (let node = 0; node < bytesOf.length; node++) {
    close(node, depths[node]!);
    nodes[2 * node] = bytesOf[node]! | (tokens[node]! << 8);
    open.push(node);
  }
  close(bytesOf.length, 0);
  return { nodes, duplicates, starts: startsOf(nodes) };
}

/** The node of a token's bytes. Precondition: they are in the trie. */
export function nodeOf({ nodes, starts }: PackedTrie, bytes: Uint8Array): number {
  let node = starts[bytes[0]!]! >> 1;
  for (const byte of bytes.subarray(1)) {
    node++;
    while ((nodes[2 * node]! & 0xff) !== byte) node += nodes[2 * node + 1]! >>> 8;
  }
  return node;
}

function startsOf(nodes: Int32Array): Int32Array {
  const starts = new Int32Array(257).fill(nodes.length);
  for (let i = 0; i < nodes.length; i += (nodes[i + 1]! >>> 8) << 1) {
    for (let byte = nodes[i]! & 0xff; byte >= 0 && starts[byte] === nodes.length; byte--) starts[byte] = i;
  }
  return starts;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
