/** Trains the vocabulary and writes it as JSON: node --import tsx models/recipe/src/cli-tokenizer.ts OUT.json [SIZE] [SAMPLES] */
import { writeFileSync } from "node:fs";
import { generate } from "./generate.ts";
import { createRng } from "./random.ts";
import { render } from "./render.ts";
import { trainTokenizer } from "./train-tokenizer.ts";
import * as names from "./text/names.ts";
import { unknown } from "./text/unknown.ts";

const [out, size = "4096", samples = "12000"] = process.argv.slice(2);
if (!out) throw new Error("usage: cli-tokenizer.ts OUT.json [SIZE] [SAMPLES]");

function* corpus(count: number): Generator<string> {
  const rng = createRng(1);
  const mix = { chat: 25, faq: 45, tools: 12, extract: 12, formats: 2, "tool-result": 4 };
  for (let i = 0; i < count; i++) {
    for (const part of render(generate({ rng, split: "train", mix }), true)) if ("text" in part) yield part.text;
  }
  const lists = [
    names.firstNames,
    names.lastNames,
    names.cities,
    names.countries,
    names.productWords,
    names.plainWords,
    names.companyWords,
    names.companyEnds,
    ...Object.values(names.months),
    ...Object.values(unknown).map((u) => u.subjects),
  ];
  for (const list of lists) for (let i = 0; i < 8; i++) yield list.join(" ");
}

writeFileSync(out, JSON.stringify(trainTokenizer(corpus(Number(samples)), Number(size)), null, 0) + "\n");
