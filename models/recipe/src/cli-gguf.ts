/** Makes a model file of a training master: node --import tsx models/recipe/src/cli-gguf.ts VOCAB.json MASTER.safetensors OUT.gguf [q8_0|f16|f32] */
import { readFileSync, writeFileSync } from "node:fs";
import { chatTemplate } from "./chat-template.ts";
import { tokenizerMeta, writeGguf, type MetaValue, type Tensor, type TensorFormat } from "./gguf.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Piece } from "./tokenizer.ts";

const [vocabFile, masterFile, out, format = "q8_0"] = process.argv.slice(2);
if (!vocabFile || !masterFile || !out)
  throw new Error("usage: cli-gguf.ts VOCAB.json MASTER.safetensors OUT.gguf [q8_0|f16|f32]");
const pieces = JSON.parse(readFileSync(vocabFile, "utf8")) as Piece[];
const { tensors: master, metadata } = readSafetensors(readFileSync(masterFile));
const number = (key: string): number => Number(metadata[key]);

const parts: readonly [string, string][] = [
  ["attn_norm", "n1.w"],
  ["attn_q", "q.weight"],
  ["attn_k", "k.weight"],
  ["attn_v", "v.weight"],
  ["attn_output", "o.weight"],
  ["ffn_norm", "n2.w"],
  ["ffn_gate", "g.weight"],
  ["ffn_up", "u.weight"],
  ["ffn_down", "dn.weight"],
];
const names: [string, string][] = [
  ["token_embd.weight", "emb.weight"],
  ["output_norm.weight", "nf.w"],
];
for (let l = 0; l < number("layers"); l++)
  for (const [to, from] of parts) names.push([`blk.${l}.${to}.weight`, `blocks.${l}.${from}`]);
/** The file has one width for all layers: narrower ones get units that do nothing. */
const width = Math.max(...metadata["ff"]!.split(",").map(Number));
function widened(name: string, { shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  if (/ffn_(gate|up)/.test(name) && rows < width) {
    const out = new Float32Array(width * columns);
    out.set(data);
    return { shape: [width, columns], data: out };
  }
  if (name.includes("ffn_down") && columns < width) {
    const out = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) out.set(data.subarray(row * columns, (row + 1) * columns), row * width);
    return { shape: [rows, width], data: out };
  }
  return { shape, data };
}

const tensors = new Map<string, Tensor>(
  names.map(([to, from]) => {
    const tensor = master.get(from);
    if (!tensor) throw new Error(`${masterFile} lacks ${from}`);
    return [to, widened(to, tensor)];
  }),
);

const size = metadata["size"] ?? "small";
const contextTokens = size === "large" ? 32_768 : 8192;
const meta: [string, MetaValue][] = [
  ["general.architecture", { text: "llama" }],
  ["general.name", { text: `Tramontane ${size}` }],
  ["general.basename", { text: "tramontane" }],
  ["general.size_label", { text: size }],
  ["general.author", { text: "The Tramontane project" }],
  ["general.license", { text: "apache-2.0" }],
  [
    "general.description",
    {
      text: "A small demonstration model trained from scratch on generated text: chat in five languages, tool calls, JSON extraction. It knows no facts of the world.",
    },
  ],
  ["general.languages", { texts: ["en", "fr", "es", "de", "it"] }],
  ["general.file_type", { u32: format === "q8_0" ? 7 : format === "f16" ? 1 : 0 }],
  ["general.quantization_version", { u32: 2 }],
  ["tramontane.training.steps", { u32: number("step") }],
  ["tramontane.training.tokens", { u32: number("tokens") }],
  ["llama.context_length", { u32: contextTokens }],
  ["llama.embedding_length", { u32: number("d") }],
  ["llama.block_count", { u32: number("layers") }],
  ["llama.feed_forward_length", { u32: width }],
  ["llama.attention.head_count", { u32: number("heads") }],
  ["llama.attention.head_count_kv", { u32: number("kv_heads") }],
  ["llama.attention.layer_norm_rms_epsilon", { f32: number("eps") }],
  ["llama.rope.freq_base", { f32: number("theta") }],
  ["llama.rope.dimension_count", { u32: number("d") / number("heads") }],
  ["llama.vocab_size", { u32: pieces.length }],
  ...tokenizerMeta(pieces),
  ["tokenizer.chat_template", { text: chatTemplate }],
];
const file = writeGguf(meta, tensors, format as TensorFormat);
writeFileSync(out, file);
console.log(`${out}: ${file.length} bytes, step ${metadata["step"]}, ${metadata["tokens"]} tokens`);
