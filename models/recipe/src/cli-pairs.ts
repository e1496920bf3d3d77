/**
 * Writes pairs of texts that belong together, as token ids, for train/embed.py:
 * node --import tsx models/recipe/src/cli-pairs.ts VOCAB.json OUT.jsonl --pairs 60000 --seed 1 [--show]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { trainingPair } from "./pairs.ts";
import { createRng } from "./random.ts";
import { Tokenizer, type Piece } from "./tokenizer.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: "string", default: "60000" },
    seed: { type: "string", default: "1" },
    show: { type: "boolean", default: false },
  },
});
const [vocab, out] = positionals;
if (!vocab || !out) throw new Error("usage: cli-pairs.ts VOCAB.json OUT.jsonl [--pairs N] [--seed S] [--show]");
const tokenizer = new Tokenizer(JSON.parse(readFileSync(vocab, "utf8")) as Piece[]);
const pieces = tokenizer.pieces.map((piece) => piece.text).filter((text) => /^\p{L}{2,}$/u.test(text));
const rng = createRng(Number(flags.seed));
const pairs = Array.from({ length: Number(flags.pairs) }, () => trainingPair(rng, "train", pieces));
if (flags.show) for (const { a, b, group } of pairs) console.log(`${group}: ${a} ~ ${b}`);
else
  writeFileSync(
    out,
    pairs.map(({ a, b, group }) => JSON.stringify([tokenizer.encode(a), tokenizer.encode(b), group])).join("\n") + "\n",
  );
