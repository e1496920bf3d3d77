/**
 * Runs the grammar floor over MaskBench schemas and prints how many it gets right; for times see `mask-times.ts`.
 * `node --import tsx bench/micro/maskbench.ts [--offset N] [--limit N] [--seconds N] [--no-masks] [--vocabulary FILE] [--verbose]`
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { bindGrammar, compileJsonSchema, createTokenTrie, GrammarError, Matcher } from "#grammar";
import { dataFolder, maskBenchCases, type MaskBenchCase, spacedJson } from "./maskbench-data.ts";
import { ajvValidator } from "./schema-labels.ts";
import { readVocabulary } from "./vocabularies.ts";

const { values: args } = parseArgs({
  options: {
    limit: { type: "string", default: "Infinity" },
    seconds: { type: "string", default: "Infinity" },
    offset: { type: "string", default: "0" },
    only: { type: "string" },
    vocabulary: { type: "string", default: join(dataFolder, "tokenizers/mistral_instruct_tokenizer_240323.model.v3") },
    verbose: { type: "boolean" },
    "no-masks": { type: "boolean" },
  },
});
const cases = maskBenchCases({ offset: Number(args.offset), limit: Number(args.limit) }).filter(
  ({ id }) => args.only === undefined || id === args.only,
);
const model = await readVocabulary(args.vocabulary);
const trie = createTokenTrie(model);

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

const deadline = performance.now() + 1000 * Number(args.seconds);
for (const one of cases) if (performance.now() < deadline) run(one);

function run({ id, schema, tests }: MaskBenchCase): void {
  totals.schemas++;
  let bound;
  try {
    bound = bindGrammar(compileJsonSchema(schema, { keyOrder: "any" }), trie);
  } catch (error) {
    refuse(id, error);
    return;
  }
  const validate = ajvValidator(schema);
  let isRight = true;
  for (const test of tests) {
    if (validate !== undefined && validate(test.data) !== test.valid) {
      totals.dropped++;
      continue;
    }
    let accepted;
    try {
      accepted = isAccepted(bound, spacedJson(test.data));
    } catch (error) {
      refuse(id, error);
      return;
    }
    totals[test.valid ? "valid" : "invalid"]++;
    if (accepted.ok === test.valid) continue;
    isRight = false;
    totals[test.valid ? "falseReject" : "falseAccept"]++;
    if (args.verbose)
      console.log(test.valid ? "REJECT" : "ACCEPT", id, accepted.where.slice(-120), JSON.stringify(test).slice(0, 300));
  }
  if (isRight) totals.right++;
}

function isAccepted(bound: ReturnType<typeof bindGrammar>, text: string): { ok: boolean; where: string } {
  const matcher = new Matcher(bound, undefined, { dummySpace: model.hasDummySpace });
  for (const token of [...model.encode(text), model.endOfSequence]) {
    const isIn = args["no-masks"] ? matcher.tryToken(token) : matcher.mask().has(token);
    const isTried = matcher.tryToken(token);
    if (isIn) matcher.accept(token);
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

console.log(JSON.stringify(totals));
console.log(
  `right ${((100 * totals.right) / totals.schemas).toFixed(2)} %, refused ${((100 * totals.refused) / totals.schemas).toFixed(2)} %`,
);
for (const [reason, count] of [...refusals].toSorted((a, b) => b[1] - a[1]).slice(0, 25)) console.log(count, reason);
