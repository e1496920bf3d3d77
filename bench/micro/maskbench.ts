/**
 * Runs the grammar floor over MaskBench schemas and prints how many it gets right and how long its masks take.
 * `node --import tsx bench/micro/maskbench.ts [--offset N] [--limit N] [--seconds N] [--no-masks] [--vocabulary FILE] [--verbose]`
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { bindGrammar, compileJsonSchema, createTokenTrie, GrammarError, Matcher } from "#grammar";
import { ajvValidator } from "./schema-labels.ts";
import { readSentencePiece } from "./sentencepiece.ts";

interface Case {
  id: string;
  schema: unknown;
  tests: { valid: boolean; data: unknown }[];
}

const { values: args } = parseArgs({
  options: {
    limit: { type: "string" },
    seconds: { type: "string" },
    offset: { type: "string" },
    only: { type: "string" },
    vocabulary: { type: "string" },
    verbose: { type: "boolean" },
    "no-masks": { type: "boolean" },
  },
});
const data = process.env["TRAMONTANE_TEST_DATA"] ?? join(import.meta.dirname, "../../../shared/data");
const cases = gunzipSync(readFileSync(join(data, "json-schema/maskbench-dev.jsonl.gz")))
  .toString()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Case)
  .filter(({ id }) => args.only === undefined || id === args.only)
  .slice(Number(args.offset ?? 0), Number(args.offset ?? 0) + Number(args.limit ?? Infinity));
const model = readSentencePiece(args.vocabulary ?? join(data, "tokenizers/mistral_instruct_tokenizer_240323.model.v3"));
const trie = createTokenTrie(model);

/** JSON as Python's json.dumps writes it, which is how MaskBench's instances are tokenized. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`)
    .join(", ")}}`;
}

const times = { firstMs: [] as number[], maskUs: [] as number[], bytes: [] as number[] };
const totals = {
  schemas: 0,
  right: 0,
  refused: 0,
  falseAccept: 0,
  falseReject: 0,
  valid: 0,
  invalid: 0,
  dropped: 0,
  inconsistent: 0,
  crashed: 0,
};
const refusals = new Map<string, number>();

for (let warm = 0; warm < 20; warm++) run(cases[warm % cases.length]!, false);
const deadline = performance.now() + 1000 * Number(args.seconds ?? Infinity);
for (const one of cases) if (performance.now() < deadline) run(one, true);

function run({ id, schema, tests }: Case, isCounted: boolean): void {
  if (isCounted) totals.schemas++;
  const started = performance.now();
  let bound;
  try {
    bound = bindGrammar(compileJsonSchema(schema, { keyOrder: "any" }), trie);
    new Matcher(bound).mask();
  } catch (error) {
    if (isCounted) refuse(id, error);
    return;
  }
  const firstMs = performance.now() - started;
  const validate = isCounted ? ajvValidator(schema) : undefined;
  let isRight = true;
  for (const test of tests) {
    if (isCounted && validate !== undefined && validate(test.data) !== test.valid) {
      totals.dropped++;
      continue;
    }
    let accepted;
    try {
      accepted = isAccepted(bound, spaced(test.data), isCounted);
    } catch (error) {
      if (isCounted) refuse(id, error);
      return;
    }
    if (!isCounted) continue;
    totals[test.valid ? "valid" : "invalid"]++;
    if (accepted.ok === test.valid) continue;
    isRight = false;
    totals[test.valid ? "falseReject" : "falseAccept"]++;
    if (args.verbose)
      console.log(test.valid ? "REJECT" : "ACCEPT", id, accepted.where.slice(-120), JSON.stringify(test).slice(0, 300));
  }
  if (!isCounted) return;
  if (isRight) totals.right++;
  times.firstMs.push(firstMs);
  times.bytes.push(bound.cacheBytes);
}

function isAccepted(
  bound: ReturnType<typeof bindGrammar>,
  text: string,
  isTimed: boolean,
): { ok: boolean; where: string } {
  const matcher = new Matcher(bound, undefined, { dummySpace: true });
  for (const token of [...model.encode(text), model.endOfSequence]) {
    const started = performance.now();
    const isIn = args["no-masks"] ? matcher.tryToken(token) : matcher.mask().has(token);
    const isTried = matcher.tryToken(token);
    if (isIn) matcher.accept(token);
    if (isTimed) times.maskUs.push((performance.now() - started) * 1000);
    if (isIn !== isTried) totals.inconsistent++;
    if (!isIn) return { ok: false, where: Buffer.from(matcher.text()).toString() };
  }
  return { ok: true, where: text };
}

function refuse(id: string, error: unknown): void {
  const isRefusal = error instanceof GrammarError;
  totals[isRefusal ? "refused" : "crashed"]++;
  const reason = isRefusal ? `${error.code} ${error.keyword ?? ""} ${error.reason.slice(0, 60)}` : String(error);
  refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
  if (args.verbose) console.log("REFUSE", id, isRefusal ? error.message.slice(0, 200) : (error as Error).stack);
}

function quantiles(values: readonly number[], ...at: number[]): string {
  const sorted = Float64Array.from(values).sort();
  return at
    .map((q) => `p${q * 100} ${sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]?.toPrecision(3)}`)
    .join("  ");
}

console.log(JSON.stringify(totals));
console.log(
  `right ${((100 * totals.right) / totals.schemas).toFixed(2)} %, refused ${((100 * totals.refused) / totals.schemas).toFixed(2)} %`,
);
console.log(`compile and first mask, ms:  ${quantiles(times.firstMs, 0.5, 0.9, 0.99, 1)}`);
console.log(`mask and accept, us:  ${quantiles(times.maskUs, 0.5, 0.9, 0.99, 0.999, 1)}`);
console.log(
  `cache per grammar, MiB:  ${quantiles(
    times.bytes.map((bytes) => bytes / 2 ** 20),
    0.5,
    0.99,
    1,
  )}`,
);
for (const [reason, count] of [...refusals].toSorted((a, b) => b[1] - a[1]).slice(0, 25)) console.log(count, reason);
