/**
 * Scores text embeddings on held-out texts: how often the nearest of up to 60 texts is the right one, within and across languages.
 *
 *   node --import tsx models/eval/embed-cli.ts --url http://127.0.0.1:8420/v1 --model mistral-embed
 *   … --table FILE        scores a table of recipe/train/embed.py before it is a model file
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readSafetensors } from "../recipe/src/safetensors.ts";
import { Tokenizer, type Piece } from "../recipe/src/tokenizer.ts";
import { wilson } from "./interval.ts";
import { foundFirst, makeSearches } from "./retrieval.ts";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8420/v1" },
    model: { type: "string", default: "mistral-embed" },
    seed: { type: "string", default: "7" },
    most: { type: "string", default: "60" },
    table: { type: "string" },
  },
});

async function served(texts: readonly string[]): Promise<number[][]> {
  const response = await fetch(`${flags.url}/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${process.env["TRAMONTANE_API_KEY"] ?? ""}` },
    body: JSON.stringify({ model: flags.model, input: texts }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { data: { embedding: number[] }[] }).data.map((entry) => entry.embedding);
}

function fromTable(file: string): (texts: readonly string[]) => Promise<Float32Array[]> {
  const vocabulary = fileURLToPath(new URL("../recipe/vocab.json", import.meta.url));
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(vocabulary, "utf8")) as Piece[]);
  const { shape, data } = readSafetensors(readFileSync(file)).tensors.get("table")!;
  const width = shape[1]!;
  const embed = (text: string): Float32Array => {
    const sum = new Float32Array(width);
    for (const id of tokenizer.encode(text)) for (let i = 0; i < width; i++) sum[i]! += data[id * width + i]!;
    const norm = Math.hypot(...sum);
    return sum.map((x) => x / norm);
  };
  return (texts) => Promise.resolve(texts.map(embed));
}

const embed = flags.table ? fromTable(flags.table) : served;
const right = new Map<string, [right: number, of: number]>();
const count = (row: string, found: number, of: number): void => {
  const [a, b] = right.get(row) ?? [0, 0];
  right.set(row, [a + found, b + of]);
};
for (const { kind, from, to, pairs } of makeSearches(Number(flags.seed), Number(flags.most))) {
  const questions = await embed(pairs.map((pair) => pair.a));
  const found = foundFirst(questions, await embed(pairs.map((pair) => pair.b)));
  count(`${kind}, ${from === to ? "same language" : "across languages"}`, found, pairs.length);
}
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
console.log("| search | nearest is right (95 % interval) | n |\n| --- | --- | --- |");
for (const [row, [a, b]] of right) {
  const { low, high } = wilson(a, b);
  console.log(`| ${row} | ${percent(a / b)} (${percent(low)}–${percent(high)}) | ${b} |`);
}
