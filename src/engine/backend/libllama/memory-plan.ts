import { TramontaneError } from "#base";
import type { GgufHeader } from "./gguf-header.ts";

export interface MemoryPlan {
  /** Window of one sequence, tokens. */
  readonly contextTokens: number;
  /** Cells of the KV cache, over all sequences. */
  readonly cells: number;
  /**
   * Sequences that each get cells of their own; undefined: all share all cells. Where eight windows fit, separate
   * cells decode eight distinct long contexts 1.3 times faster; where fewer do, sharing lets more sequences run.
   */
  readonly separateSequences: number | undefined;
  readonly bytesPerCell: number;
}

export interface MemoryWishes {
  readonly contextTokens: number | undefined;
  readonly cells: number | undefined;
  /** What this machine can give, model weights included. */
  readonly availableBytes: number;
}

/** A window above this is given only on request: the cache for it costs more than most conversations use. */
const DEFAULT_CONTEXT_TOKENS = 32_768;
/** Full windows to have room for at once, when they are small. */
const FULL_WINDOWS = 8;
/** Share of what the weights leave that the cache may take. */
const CACHE_SHARE = 0.6;
/** Buffers of one pass, tokenizer, JavaScript heap. */
const RESERVED_BYTES = 300 << 20;
/** Buffers of one pass, and what the driver and a desktop take. */
const GPU_RESERVED_BYTES = 768 << 20;
const ALL_LAYERS = -1;
const SMALLEST_CONTEXT_TOKENS = 512;
/** More than ever run at once; the rest of the cells then makes their windows roomier. */
const MOST_SEPARATE_SEQUENCES = 64;
/** The library rounds the number of cells up to this. */
const CELL_GRANULE = 256;

/**
 * Chooses the window and the cells of a model: what was asked for, else min(trained, 32768) and as many cells as eight
 * such windows up to 32,768, as far as memory allows. Throws `model_load_failed` when not even 512 tokens fit.
 */
export function planMemory(header: GgufHeader, wishes: MemoryWishes): MemoryPlan {
  const trained = trainedContextTokens(header);
  const bytesPerCell = cellBytes(header);
  const budget = (wishes.availableBytes - header.fileBytes - RESERVED_BYTES) * CACHE_SHARE;
  const affordable = Math.floor(budget / bytesPerCell / CELL_GRANULE) * CELL_GRANULE;
  const context = wishes.contextTokens ?? wishes.cells ?? Math.min(trained, DEFAULT_CONTEXT_TOKENS);
  const generous = Math.min(FULL_WINDOWS * context, Math.max(context, DEFAULT_CONTEXT_TOKENS));
  const cells = wishes.cells ?? Math.min(generous, Math.max(affordable, wishes.contextTokens ?? 0));
  if (cells < Math.min(SMALLEST_CONTEXT_TOKENS, context)) {
    throw new TramontaneError(
      "model_load_failed",
      `The model needs ${toGigabytes(header.fileBytes)} GB and a cache; ${toGigabytes(wishes.availableBytes)} GB are free.`,
      { hint: "Stop other models or choose a smaller or more quantized one." },
    );
  }
  const contextTokens = Math.min(context, cells);
  return { contextTokens, cells, separateSequences: separateSequences(cells, contextTokens), bytesPerCell };
}

function separateSequences(cells: number, contextTokens: number): number | undefined {
  const window = Math.ceil(contextTokens / CELL_GRANULE) * CELL_GRANULE;
  const windows = Math.floor(cells / window);
  return windows < FULL_WINDOWS ? undefined : Math.min(windows, MOST_SEPARATE_SEQUENCES);
}

/**
 * How many layers go to a GPU with this much free memory: all (-1) when the weights and the cache fit, else as many as do.
 * A layer takes its share of both.
 */
export function planGpuLayers(header: GgufHeader, plan: MemoryPlan, freeBytes: number): number {
  const layers = architectureNumber(header, "block_count") ?? 32;
  const needed = header.fileBytes + plan.cells * plan.bytesPerCell;
  const budget = freeBytes - GPU_RESERVED_BYTES;
  return needed <= budget ? ALL_LAYERS : Math.max(0, Math.floor(budget / (needed / (layers + 1))));
}

export function trainedContextTokens(header: GgufHeader): number {
  return architectureNumber(header, "context_length") ?? DEFAULT_CONTEXT_TOKENS;
}

/** Keys and values of one token in half precision, over all layers. */
export function cellBytes(header: GgufHeader): number {
  const layers = architectureNumber(header, "block_count") ?? 32;
  const width = architectureNumber(header, "embedding_length") ?? 4096;
  const heads = architectureNumber(header, "attention.head_count") ?? 32;
  // Per-layer head counts are an array in the file; the full count is then the safe guess.
  const keyValueHeads = architectureNumber(header, "attention.head_count_kv") ?? heads;
  const keyLength = architectureNumber(header, "attention.key_length") ?? width / heads;
  const valueLength = architectureNumber(header, "attention.value_length") ?? width / heads;
  return layers * keyValueHeads * (keyLength + valueLength) * 2;
}

function architectureNumber(header: GgufHeader, key: string): number | undefined {
  const value = header.metadata.get(`${header.architecture}.${key}`);
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

const toGigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
