/**
 * Writes training shards: node --import tsx models/recipe/src/cli-shards.ts VOCAB.json OUT_DIR --mix main --samples 20000 --seed 1 [--split test]
 * With --tokens N a shard ends where it has so many, whatever the number of samples.
 * A shard is NAME.tok (uint16 ids), NAME.msk (uint8, 1 = learn) and NAME.idx (uint32 triples: start, length, skill).
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drill } from "./drill.ts";
import { generate, mixes } from "./generate.ts";
import { createRng } from "./random.ts";
import { render, tokenize } from "./render.ts";
import { skills } from "./sample.ts";
import { pieceType, Tokenizer, type Piece } from "./tokenizer.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mix: { type: "string", default: "main" },
    samples: { type: "string", default: "20000" },
    tokens: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    split: { type: "string", default: "train" },
    name: { type: "string" },
    drill: { type: "string", default: "0" },
    longest: { type: "string", default: "1024" },
    show: { type: "boolean", default: false },
  },
});
const [vocab, out] = positionals;
if (!vocab || !out)
  throw new Error("usage: cli-shards.ts VOCAB.json OUT_DIR [--mix M] [--samples N] [--seed S] [--split train|test]");
const tokenizer = new Tokenizer(JSON.parse(readFileSync(vocab, "utf8")) as Piece[]);
const split = flags.split === "test" ? "test" : "train";
const seed = Number(flags.seed);
const rng = createRng(seed);
const mix = mixes[flags.mix as keyof typeof mixes];
if (!mix) throw new Error(`no mix named ${flags.mix}; there are ${Object.keys(mixes).join(", ")}`);
const pieces = tokenizer.pieces.map((p) => p.text).filter((t) => /^\p{L}{2,}$/u.test(t));
const words = tokenizer.pieces.flatMap((p, id) =>
  p.type === pieceType.normal && /^▁?[\p{L}\d]+$/u.test(p.text) ? [id] : [],
);
const drillShare = Number(flags.drill);
const ids: number[] = [];
const mask: number[] = [];
const index: number[] = [];
const samples = flags.tokens === "Infinity" ? Number(flags.samples) : Infinity;
for (let i = 0; i < samples && ids.length < Number(flags.tokens); i++) {
  const isDrill = rng.chance(drillShare);
  const sample = isDrill ? undefined : generate({ rng, split, mix, ...(split === "train" ? { pieces } : {}) });
  const tokens = sample ? tokenize(render(sample, true), tokenizer) : drill(rng, tokenizer, words);
  if (flags.show) {
    console.log(
      `--- ${sample?.skill} ${sample?.lang} ${tokens.ids.length} tokens\n${tokenizer.decode(tokens.ids, true)}\n    learnt: ${tokenizer.decode(
        tokens.ids.filter((_, j) => tokens.mask[j]),
        true,
      )}`,
    );
    continue;
  }
  if (tokens.ids.length > Number(flags.longest)) continue;
  index.push(ids.length, tokens.ids.length, skills.indexOf(sample?.skill ?? "copy"));
  for (const id of tokens.ids) ids.push(id);
  for (const bit of tokens.mask) mask.push(bit);
}
if (!flags.show) {
  mkdirSync(out, { recursive: true });
  const name = join(out, flags.name ?? `${flags.mix}-${String(seed).padStart(4, "0")}`);
  writeFileSync(`${name}.tok`, Uint16Array.from(ids));
  writeFileSync(`${name}.msk`, Uint8Array.from(mask));
  writeFileSync(`${name}.idx.part`, Uint32Array.from(index));
  renameSync(`${name}.idx.part`, `${name}.idx`);
  console.log(
    `${name}: ${index.length / 3} samples, ${ids.length} tokens, ${mask.filter((weight) => weight > 0).length} learnt`,
  );
}
