import type { PrefixMemory } from "./prompt-prefix.ts";

/** An engine as whoever gives out requests sees it. */
export interface EngineLoad {
  /** Share of the requests, relative to the other engines. */
  readonly weight: number;
  readonly maxInFlight: number;
  readonly running: number;
  /** Blocks of prompts it was given and has not begun to answer. */
  readonly backlogBlocks: number;
  readonly memory: PrefixMemory;
}

/** Above this many engines the one upstream should be a router that hears of their caches: vLLM's, or llm-d's. */
export const ENGINES_COMPARED = 16;

/**
 * What an answer under way is taken for, in blocks of prompt still to work through. In the test's simulation
 * 1 keeps more affinity and 4 more balance, and both wait a fifth as long as by load alone at the 99th percentile.
 */
const BLOCKS_PER_ANSWER = 2;

/**
 * The engine that will probably begin to answer first: where the part of the prompt that it has not kept, and the work that
 * is there already, are least for its weight. Affinity alone would pile everybody onto one engine; load alone would make
 * each engine work through each prompt. An engine that is full is taken only when all are. Undefined: there are none.
 */
export function chooseEngine<E extends EngineLoad>(engines: readonly E[], blocks: readonly number[]): E | undefined {
  const isCompared = engines.length <= ENGINES_COMPARED;
  let best: { readonly engine: E; readonly cost: number } | undefined;
  for (const engine of engines) {
    const { weight, running, backlogBlocks, maxInFlight, memory } = engine;
    const missing = isCompared ? blocks.length - memory.matched(blocks) : 0;
    // The one more makes weights count when nobody has anything to do.
    const work = (missing + backlogBlocks + BLOCKS_PER_ANSWER * (running + 1)) / weight;
    const cost = running >= maxInFlight ? FULL + work : work;
    if (best === undefined || cost < best.cost) best = { engine, cost };
  }
  return best?.engine;
}

const FULL = 1e9;
