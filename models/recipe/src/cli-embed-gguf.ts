/**
 * Makes a model file of an embedding table: node --import tsx models/recipe/src/cli-embed-gguf.ts VOCAB.json TABLE.safetensors OUT.gguf
 *
 * The engine knows transformers, so the table becomes one whose only layer adds nothing. Its final norm would make all
 * vectors equally long, and with them all words equally important; so each vector carries a weight in a dimension that
 * the norm's gain then puts to zero. The mean over a text and the unit length are what the engine does anyway.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { tokenizerMeta, writeGguf, type MetaValue, type Tensor } from "./gguf.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Piece } from "./tokenizer.ts";

const [vocabFile, tableFile, out] = process.argv.slice(2);
if (!vocabFile || !tableFile || !out) throw new Error("usage: cli-embed-gguf.ts VOCAB.json TABLE.safetensors OUT.gguf");
const pieces = JSON.parse(readFileSync(vocabFile, "utf8")) as Piece[];
const { tensors: master, metadata } = readSafetensors(readFileSync(tableFile));
const table = master.get("table");
if (!table) throw new Error(`${tableFile} lacks table`);
const [count, width] = table.shape as [number, number];

/** One block of the quantizer is the weight's own: it would spoil the precision of what stands beside it. */
const blockLength = 32;
const length = width + blockLength;
const feedForward = 32;
const headLength = 32;

const zeros = (...shape: number[]): Tensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
const ones = (): Tensor => ({ shape: [length], data: new Float32Array(length).fill(1) });

const embeddings = zeros(count, length);
// The vector of what begins every text says nothing.
const silent = new Set(["<s>", "</s>"].map((text) => pieces.findIndex((piece) => piece.text === text)));
for (let id = 0; id < count; id++) {
  const row = silent.has(id) ? new Float32Array(width) : table.data.subarray(id * width, (id + 1) * width);
  const square = row.reduce((sum, x) => sum + x * x, 0);
  embeddings.data.set(row, id * length);
  embeddings.data[id * length + width] = Math.sqrt(Math.max(0, 1 - square));
}
const gain = ones();
gain.data.fill(0, width);
const tensors = new Map<string, Tensor>([
  ["token_embd.weight", embeddings],
  ["output_norm.weight", gain],
  ["blk.0.attn_norm.weight", ones()],
  ["blk.0.attn_q.weight", zeros(headLength, length)],
  ["blk.0.attn_k.weight", zeros(headLength, length)],
  ["blk.0.attn_v.weight", zeros(headLength, length)],
  ["blk.0.attn_output.weight", zeros(length, headLength)],
  ["blk.0.ffn_norm.weight", ones()],
  ["blk.0.ffn_gate.weight", zeros(feedForward, length)],
  ["blk.0.ffn_up.weight", zeros(feedForward, length)],
  ["blk.0.ffn_down.weight", zeros(length, feedForward)],
]);
const meta: [string, MetaValue][] = [
  ["general.architecture", { text: "llama-embed" }],
  ["general.name", { text: "Tramontane embed" }],
  ["general.basename", { text: "tramontane" }],
  ["general.size_label", { text: "embed" }],
  ["general.author", { text: "The Tramontane project" }],
  ["general.license", { text: "apache-2.0" }],
  [
    "general.description",
    { text: "Text embeddings: the mean of one trained vector per word piece, in five languages." },
  ],
  ["general.languages", { texts: ["en", "fr", "es", "de", "it"] }],
  ["general.file_type", { u32: 7 }],
  ["general.quantization_version", { u32: 2 }],
  ["tramontane.training.steps", { u32: Number(metadata["step"]) }],
  ["llama-embed.context_length", { u32: 8192 }],
  ["llama-embed.embedding_length", { u32: length }],
  ["llama-embed.block_count", { u32: 1 }],
  ["llama-embed.feed_forward_length", { u32: feedForward }],
  ["llama-embed.attention.head_count", { u32: 1 }],
  ["llama-embed.attention.head_count_kv", { u32: 1 }],
  ["llama-embed.attention.key_length", { u32: headLength }],
  ["llama-embed.attention.value_length", { u32: headLength }],
  ["llama-embed.attention.layer_norm_rms_epsilon", { f32: 1e-6 }],
  ["llama-embed.rope.freq_base", { f32: 10_000 }],
  ["llama-embed.rope.dimension_count", { u32: headLength }],
  ["llama-embed.vocab_size", { u32: pieces.length }],
  ...tokenizerMeta(pieces),
];
const file = writeGguf(meta, tensors, "q8_0");
writeFileSync(out, file);
console.log(`${out}: ${file.length} bytes, ${length} numbers a text`);
