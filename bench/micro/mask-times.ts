/**
 * How long the grammar floor takes for masks over MaskBench's schemas: every schema is compiled afresh `--repeats` times and
 * each instance followed token by token, and of each measured place the median counts, so that a busy machine and the
 * compiler's warming up do not decide the tail.
 * Before that, other schemas are compiled `--warm-up` times: JavaScript is slow where it runs for the first time, and a server
 * has run for a while. 0 measures a new process.
 * With `--expose-gc` the memory of each grammar is measured too, when the times have been taken, since collecting throws
 * compiled JavaScript away: what its compiled form and all its caches hold.
 * `node [--expose-gc] --import ./bin/typescript.mjs bench/micro/mask-times.ts [--stride 6] [--repeats 5] [--warm-up 6]
 * [--vocabulary FILE] [--slowest 10] [--least]`
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { bindGrammar, compileJsonSchema, createTokenTrie, GrammarError, Matcher } from "#grammar";
import { dataFolder, maskBenchCases, type MaskBenchCase, quantiles, spacedJson } from "./maskbench-data.ts";
import { readVocabulary } from "./vocabularies.ts";

const { values: args } = parseArgs({
  options: {
    stride: { type: "string", default: "6" },
    offset: { type: "string", default: "0" },
    limit: { type: "string" },
    repeats: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "6" },
    slowest: { type: "string", default: "0" },
    least: { type: "boolean", default: false },
    vocabulary: { type: "string", default: join(dataFolder, "tokenizers/mistral_instruct_tokenizer_240323.model.v3") },
  },
});
const repeats = Number(args.repeats);
const limit = Number(args.limit ?? Infinity);
const [offset, stride] = [Number(args.offset), Number(args.stride)];
const cases = maskBenchCases({ offset, stride, limit });
const others = stride === 1 ? [] : maskBenchCases({ offset: offset + (stride >> 1), stride, limit });
const vocabulary = await readVocabulary(args.vocabulary);
const started = performance.now();
const trie = createTokenTrie(vocabulary);
const trieMs = performance.now() - started;

/** Bytes that live; 0 where they cannot be measured. */
function liveBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return 0;
  // What array buffers held counts as freed one collection later.
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

interface Round {
  readonly firstMs: number;
  readonly maskUs: readonly number[];
  readonly acceptUs: readonly number[];
  readonly cacheMiB: number;
}

function follow(schema: unknown, texts: readonly number[][], atEnd = (): void => {}): Round {
  const before = performance.now();
  const bound = bindGrammar(compileJsonSchema(schema, { keyOrder: "any" }), trie);
  new Matcher(bound).mask();
  const firstMs = performance.now() - before;
  const maskUs: number[] = [];
  const acceptUs: number[] = [];
  for (const tokens of texts) {
    const matcher = new Matcher(bound, undefined, { dummySpace: vocabulary.hasDummySpace });
    for (const token of tokens) {
      const asked = performance.now();
      const isIn = matcher.mask().has(token);
      const answered = performance.now();
      if (isIn) matcher.accept(token);
      acceptUs.push((performance.now() - answered) * 1000);
      maskUs.push((answered - asked) * 1000);
      if (!isIn) break;
    }
  }
  atEnd();
  return { firstMs, maskUs, acceptUs, cacheMiB: bound.cacheBytes / 2 ** 20 };
}

/** MiB that are alive once a schema's texts were followed, and were not before. */
function weigh(one: MaskBenchCase): number {
  const texts = tokensOf(one);
  const emptyBytes = liveBytes();
  let bytes = 0;
  tryFollow(one, texts, () => (bytes = liveBytes() - emptyBytes));
  return bytes / 2 ** 20;
}

function tokensOf(one: MaskBenchCase): number[][] {
  return one.tests.map(({ data }) => [...vocabulary.encode(spacedJson(data)), vocabulary.endOfSequence]);
}

const typical = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[args.least ? 0 : values.length >> 1]!;
const times = { first: [] as number[], mask: [] as number[], accept: [] as number[], both: [] as number[] };
const memory = { live: [] as number[], cache: [] as number[] };
const slowest: { id: string; token: number | string; us: number }[] = [];
let refused = 0;

for (const one of others.slice(0, 20)) tryFollow(one);
for (let i = 0; i < Number(args["warm-up"]); i++) for (const one of others) tryFollow(one, []);
const cpu = process.cpuUsage();
for (const one of cases) {
  const texts = tokensOf(one);
  const rounds: Round[] = [];
  for (let i = 0; i < repeats; i++) {
    const round = tryFollow(one, texts);
    if (round !== undefined) rounds.push(round);
  }
  const [first] = rounds;
  if (first === undefined) {
    refused++;
    continue;
  }
  times.first.push(typical(rounds.map(({ firstMs }) => firstMs)));
  slowest.push({ id: one.id, token: "none: compile and first mask", us: times.first.at(-1)! * 1000 });
  memory.cache.push(first.cacheMiB);
  for (let i = 0; i < first.maskUs.length; i++) {
    const mask = typical(rounds.map(({ maskUs }) => maskUs[i]!));
    const accept = typical(rounds.map(({ acceptUs }) => acceptUs[i]!));
    times.mask.push(mask);
    times.accept.push(accept);
    times.both.push(mask + accept);
    slowest.push({ id: one.id, token: i, us: mask + accept });
  }
}

function tryFollow(one: MaskBenchCase, texts = tokensOf(one), atEnd?: () => void): Round | undefined {
  try {
    return follow(one.schema, texts, atEnd);
  } catch (error) {
    if (error instanceof GrammarError) return undefined;
    throw error;
  }
}

const { user, system } = process.cpuUsage(cpu);
if ("gc" in globalThis) for (const one of cases) memory.live.push(weigh(one));
const mean = times.both.reduce((sum, us) => sum + us, 0) / times.both.length;
console.log(
  `${cases.length} schemas, ${refused} refused, ${times.both.length} masks, ${args.least ? "least" : "median"} of ${repeats}; CPU ${((user + system) / 1e6).toFixed(1)} s`,
);
console.log(`vocabulary of ${vocabulary.size} tokens, prepared in ${trieMs.toFixed(0)} ms`);
console.log(`compile and first mask, ms  ${quantiles(times.first, 0.5, 0.9, 0.99, 1)}`);
console.log(
  `mask and accept, us         avg ${mean.toPrecision(3)}  ${quantiles(times.both, 0.5, 0.9, 0.99, 0.999, 1)}`,
);
console.log(`  mask                      ${quantiles(times.mask, 0.5, 0.9, 0.99, 0.999, 1)}`);
console.log(`  accept                    ${quantiles(times.accept, 0.5, 0.9, 0.99, 0.999, 1)}`);
console.log(`caches of a grammar, MiB    ${quantiles(memory.cache, 0.5, 0.9, 0.99, 1)}`);
if ("gc" in globalThis) console.log(`all of a grammar, MiB       ${quantiles(memory.live, 0.5, 0.9, 0.99, 1)}`);
for (const { id, token, us } of slowest.toSorted((a, b) => b.us - a.us).slice(0, Number(args.slowest))) {
  console.log(`${us.toFixed(0)} us  ${id}  token ${token}`);
}
