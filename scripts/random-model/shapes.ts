/** Dimensions of a Llama-architecture model. */
export interface ModelShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForward: number;
  readonly contextTokens: number;
  /** Whether the output matrix is the embedding matrix. */
  readonly tied: boolean;
  readonly experts?: { readonly count: number; readonly used: number };
}

export const SHAPES = {
  /** For tests: decodes thousands of tokens per second. */
  micro: { width: 64, layers: 2, heads: 2, keyValueHeads: 1, feedForward: 128, contextTokens: 2048, tied: true },
  /** About 15 million parameters with a vocabulary of 32,768. */
  tiny: { width: 256, layers: 8, heads: 4, keyValueHeads: 2, feedForward: 768, contextTokens: 32768, tied: true },
  "1b": { width: 2048, layers: 16, heads: 32, keyValueHeads: 8, feedForward: 8192, contextTokens: 32768, tied: true },
  "7b": { width: 4096, layers: 32, heads: 32, keyValueHeads: 8, feedForward: 14336, contextTokens: 32768, tied: false },
  /** Mixtral's layout (8 experts, 2 used) at about 1.5 billion parameters. */
  moe: {
    width: 1024,
    layers: 16,
    heads: 16,
    keyValueHeads: 8,
    feedForward: 3584,
    contextTokens: 32768,
    tied: false,
    experts: { count: 8, used: 2 },
  },
} as const satisfies Record<string, ModelShape>;

export type ShapeName = keyof typeof SHAPES;
