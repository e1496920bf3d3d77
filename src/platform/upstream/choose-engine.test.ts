import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "#base";
import { chooseEngine } from "./choose-engine.ts";
import { prefixBlocks, PrefixMemory } from "./prompt-prefix.ts";
import { RetryBudget } from "./retry-budget.ts";

test("prompts share their blocks exactly as far as they are equal", () => {
  fc.assert(
    fc.property(fc.nat({ max: 9 }), fc.nat({ max: 9 }), (same, other) => {
      const common = "c".repeat(256 * same);
      const a = prefixBlocks(`${common}${"a".repeat(256 * other)}`);
      const b = prefixBlocks(`${common}${"b".repeat(256 * other)}`);
      expect(a).toHaveLength(same + other);
      expect(a.slice(0, same)).toEqual(b.slice(0, same));
      if (other > 0) expect(a[same]).not.toBe(b[same]);
    }),
  );
});

test("a prompt's beginning is forgotten after its end", () => {
  const memory = new PrefixMemory();
  const blocks = Array.from({ length: 4_096 }, (_, i) => i);
  memory.remember(blocks);
  memory.remember([-1, -2]);
  expect(memory.matched(blocks)).toBe(4_094);
  memory.forget();
  expect(memory.matched(blocks)).toBe(0);
});

test("second tries are a tenth of the requests, and some more at the start", () => {
  const budget = new RetryBudget(10);
  let tries = 0;
  for (let i = 0; i < 1_000; i++) {
    budget.earn();
    if (budget.take()) tries += 1;
  }
  expect(tries).toBeGreaterThanOrEqual(105);
  expect(tries).toBeLessThanOrEqual(110);
});

test("weights count, a full engine waits, and without engines there is no choice", () => {
  const engine = (over: object) => ({
    weight: 1,
    maxInFlight: 8,
    running: 0,
    backlogBlocks: 0,
    memory: new PrefixMemory(),
    ...over,
  });
  const heavy = engine({ weight: 2, running: 1 });
  const light = engine({ running: 1 });
  expect(chooseEngine([light, heavy], [])).toBe(heavy);
  const full = engine({ running: 8 });
  full.memory.remember([1, 2, 3]);
  expect(chooseEngine([full, engine({ running: 7 })], [1, 2, 3])).not.toBe(full);
  expect(chooseEngine([], [])).toBeUndefined();
});

/**
 * Eight engines with a prefix cache of their own, which work through prompts one after the other and make answers beside;
 * twenty system prompts, some much more in use than others; conversations of several turns. Times in seconds.
 */
class SimulatedEngine {
  readonly weight = 1;
  readonly maxInFlight = 64;
  readonly memory = new PrefixMemory();
  /** What the engine has really kept: the same kind of thing, a quarter smaller than we believe. */
  readonly #kept = new Map<number, true>();
  served = 0;
  #freeAt = 0;
  #ends: number[] = [];
  #waiting: { until: number; blocks: number }[] = [];

  static readonly PREFILL_BLOCKS_PER_SECOND = 125;
  static readonly ANSWER_SECONDS = 2;
  static readonly KEPT = 3_000;

  at(now: number): this {
    this.#ends = this.#ends.filter((end) => end > now);
    this.#waiting = this.#waiting.filter(({ until }) => until > now);
    return this;
  }

  get running(): number {
    return this.#ends.length;
  }

  get backlogBlocks(): number {
    return this.#waiting.reduce((sum, { blocks }) => sum + blocks, 0);
  }

  /** Returns the time to the first token and the blocks found. */
  serve(blocks: readonly number[], now: number): { wait: number; found: number } {
    let found = blocks.findIndex((block) => !this.#kept.has(block));
    if (found === -1) found = blocks.length;
    for (const block of blocks.toReversed()) {
      this.#kept.delete(block);
      this.#kept.set(block, true);
    }
    for (const block of this.#kept.keys()) {
      if (this.#kept.size <= SimulatedEngine.KEPT) break;
      this.#kept.delete(block);
    }
    const believed = blocks.length - this.memory.matched(blocks);
    this.memory.remember(blocks);
    this.#freeAt =
      Math.max(now, this.#freeAt) + (blocks.length - found + 1) / SimulatedEngine.PREFILL_BLOCKS_PER_SECOND;
    this.#waiting.push({ until: this.#freeAt, blocks: believed });
    this.#ends.push(this.#freeAt + SimulatedEngine.ANSWER_SECONDS);
    this.served += 1;
    return { wait: this.#freeAt - now, found };
  }
}

type Policy = (engines: readonly SimulatedEngine[], blocks: readonly number[], turn: number) => SimulatedEngine;

interface Traffic {
  readonly seed: bigint;
  readonly perSecond: number;
  readonly systemPrompts: number;
  /** Blocks at which a conversation ends and another begins. */
  readonly longest: number;
}

function simulate({ seed, perSecond, systemPrompts, longest }: Traffic, policy: Policy) {
  const random = new SeededRandom(seed);
  const pick = (count: number) => Math.floor(random.next() * count);
  const engines = Array.from({ length: 8 }, () => new SimulatedEngine());
  const weights = Array.from({ length: systemPrompts }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let fresh = 1;
  const more = (count: number) => Array.from({ length: count }, () => fresh++);
  const systems = weights.map(() => more(8 + pick(24)));
  const drawSystem = () => {
    let left = random.next() * total;
    return systems[weights.findIndex((weight) => (left -= weight) < 0)] ?? systems[0]!;
  };
  const talks = Array.from({ length: 60 }, () => [...drawSystem()]);
  const waits: number[] = [];
  let blocks = 0;
  let found = 0;
  let now = 0;
  for (let turn = 0; turn < 4_000; turn++) {
    now -= Math.log(1 - random.next()) / perSecond;
    const at = pick(talks.length);
    if (talks[at]!.length > longest) talks[at] = [...drawSystem()];
    const prompt = talks[at]!;
    prompt.push(...more(2));
    for (const engine of engines) engine.at(now);
    const served = policy(engines, prompt, turn).serve(prompt, now);
    waits.push(served.wait);
    blocks += prompt.length;
    found += served.found;
  }
  waits.sort((a, b) => a - b);
  const quantile = (q: number) => waits[Math.floor(q * waits.length)]!;
  const most = Math.max(...engines.map(({ served }) => served));
  return { hits: found / blocks, p50: quantile(0.5), p99: quantile(0.99), most: (8 * most) / waits.length };
}

describe.each([1n, 2n, 3n])("in a simulation of eight engines (seed %s)", (seed) => {
  const leastBusy: Policy = (engines) => engines.toSorted((a, b) => a.running - b.running)[0]!;
  const ours: Policy = (engines, prompt) => chooseEngine(engines, prompt)!;
  const longestPrefix: Policy = (engines, prompt) =>
    engines.toSorted((a, b) => b.memory.matched(prompt) - a.memory.matched(prompt) || a.running - b.running)[0]!;

  test("first words come much sooner than by load alone, and no engine is overrun", () => {
    const traffic = { seed, perSecond: 30, systemPrompts: 20, longest: 90 };
    const byLoad = simulate(traffic, leastBusy);
    const both = simulate(traffic, ours);
    const told = JSON.stringify({ byLoad, both });
    expect(both.hits, told).toBeGreaterThan(byLoad.hits + 0.1);
    expect(both.p50, told).toBeLessThan(byLoad.p50 / 2);
    expect(both.p99, told).toBeLessThan(byLoad.p99 / 2);
    expect(both.most, told).toBeLessThan(1.5);
  });

  test("a prompt that everybody uses is soon kept by all, where the longest prefix alone would send all to one", () => {
    const traffic = { seed, perSecond: 60, systemPrompts: 1, longest: 0 };
    const byPrefix = simulate(traffic, longestPrefix);
    const both = simulate(traffic, ours);
    const told = JSON.stringify({ byPrefix, both });
    expect(both.hits, told).toBeGreaterThan(0.8);
    expect(both.p99, told).toBeLessThan(byPrefix.p99 / 10);
    expect(both.most, told).toBeLessThan(1.5);
  });
});
