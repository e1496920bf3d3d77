/** A set of token ids as bits. Masks handed out by a matcher are shared: read them, never write to them. */
export class TokenMask {
  /** Token `t` is bit `t & 31` of word `t >> 5`. */
  readonly words: Int32Array;
  /** Size of the vocabulary. */
  readonly size: number;

  constructor(size: number, words: Int32Array = new Int32Array((size + 31) >> 5)) {
    this.size = size;
    this.words = words;
  }

  has(token: number): boolean {
    return (this.words[token >> 5]! >>> (token & 31)) % 2 === 1;
  }

  add(token: number): void {
    this.words[token >> 5]! |= 1 << (token & 31);
  }

  delete(token: number): void {
    this.words[token >> 5]! &= ~(1 << (token & 31));
  }

  /** How many tokens are in the set. */
  count(): number {
    let count = 0;
    for (const word of this.words) {
      let bits = word - ((word >>> 1) & 0x55555555);
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      count += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    }
    return count;
  }

  /** The tokens of the set, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (let index = 0; index < this.words.length; index++) {
      for (let word = this.words[index]!; word !== 0; word &= word - 1) {
        yield (index << 5) + 31 - Math.clz32(word & -word);
      }
    }
  }
}

export function maskOf(tokens: Iterable<number>, size: number): TokenMask {
  const mask = new TokenMask(size);
  for (const token of tokens) mask.add(token);
  return mask;
}
