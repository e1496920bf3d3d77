import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeGguf } from "./random-model/gguf-writer.ts";
import type { MetadataValue, TensorPlan } from "./random-model/gguf-writer.ts";
import { SHAPES } from "./random-model/shapes.ts";
import type { ModelShape, ShapeName } from "./random-model/shapes.ts";
import { readSentencePiece, syntheticVocabulary } from "./random-model/vocabulary.ts";
import type { VocabularyFile } from "./random-model/vocabulary.ts";
import { constantTensor, createGenerator, randomTensor, WEIGHT_TYPES } from "./random-model/weights.ts";
import type { WeightType } from "./random-model/weights.ts";

export interface RandomModel {
  readonly path: string;
  readonly shape: ShapeName;
  readonly type: WeightType;
  readonly vocabulary?: VocabularyFile;
  readonly seed?: number;
}

const CHAT_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' or message.role == 'system' %}" +
  "[INST] {{ message.content }}[/INST]{% else %} {{ message.content }}{{ eos_token }}{% endif %}{% endfor %}";

/**
 * Writes a model of random weights: it says nothing sensible, but computes exactly as much as a trained one of its shape.
 * The same arguments give the same file.
 */
export function writeRandomModel({
  path,
  shape,
  type,
  vocabulary = syntheticVocabulary(),
  seed = 0,
}: RandomModel): void {
  const dimensions = SHAPES[shape];
  writeGguf(path, describe(shape, dimensions, type, vocabulary), planTensors(dimensions, type, vocabulary, seed));
}

function describe(
  name: string,
  shape: ModelShape,
  type: WeightType,
  vocabulary: VocabularyFile,
): Map<string, MetadataValue> {
  const u32 = (value: number): MetadataValue => ({ type: "u32", value });
  const text = (value: string): MetadataValue => ({ type: "text", value });
  return new Map<string, MetadataValue>([
    ["general.architecture", text("llama")],
    ["general.name", text(`random-${name}`)],
    ["general.file_type", u32({ f32: 0, f16: 1, q4_0: 2, q8_0: 7 }[type])],
    ["llama.context_length", u32(shape.contextTokens)],
    ["llama.embedding_length", u32(shape.width)],
    ["llama.block_count", u32(shape.layers)],
    ["llama.feed_forward_length", u32(shape.feedForward)],
    ["llama.attention.head_count", u32(shape.heads)],
    ["llama.attention.head_count_kv", u32(shape.keyValueHeads)],
    ["llama.rope.dimension_count", u32(shape.width / shape.heads)],
    ["llama.rope.freq_base", { type: "f32", value: 1e6 }],
    ["llama.attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-5 }],
    ["llama.vocab_size", u32(vocabulary.tokens.length)],
    ...(shape.experts
      ? ([
          ["llama.expert_count", u32(shape.experts.count)],
          ["llama.expert_used_count", u32(shape.experts.used)],
        ] as const)
      : []),
    ["tokenizer.ggml.model", text("llama")],
    ["tokenizer.ggml.pre", text("default")],
    ["tokenizer.ggml.tokens", { type: "texts", value: vocabulary.tokens }],
    ["tokenizer.ggml.scores", { type: "f32s", value: vocabulary.scores }],
    ["tokenizer.ggml.token_type", { type: "i32s", value: vocabulary.types }],
    ["tokenizer.ggml.unknown_token_id", u32(0)],
    ["tokenizer.ggml.bos_token_id", u32(1)],
    ["tokenizer.ggml.eos_token_id", u32(2)],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: 1 }],
    ["tokenizer.ggml.add_eos_token", { type: "bool", value: 0 }],
    ["tokenizer.ggml.add_space_prefix", { type: "bool", value: 1 }],
    ["tokenizer.chat_template", text(CHAT_TEMPLATE)],
  ]);
}

/** Deviations keep activations near 1 through all layers; the wide output norm gives the logits some contrast. */
function planTensors(shape: ModelShape, type: WeightType, vocabulary: VocabularyFile, seed: number): TensorPlan[] {
  const { width, layers, heads, keyValueHeads, feedForward, experts } = shape;
  const next = createGenerator(seed + 1);
  const matrix = (name: string, dimensions: readonly number[], deviation: number) =>
    randomTensor(`${name}.weight`, dimensions, { type, deviation, next });
  const keyValueWidth = (width / heads) * keyValueHeads;
  const rows = vocabulary.tokens.length;
  const scale = width ** -0.5;
  const expertDimension = experts ? [experts.count] : [];
  const suffix = experts ? "_exps" : "";
  const block = (layer: number): TensorPlan[] => {
    const at = `blk.${layer}`;
    return [
      constantTensor(`${at}.attn_norm.weight`, width, 1),
      constantTensor(`${at}.ffn_norm.weight`, width, 1),
      matrix(`${at}.attn_q`, [width, width], scale * 1.5),
      matrix(`${at}.attn_k`, [width, keyValueWidth], scale * 1.5),
      matrix(`${at}.attn_v`, [width, keyValueWidth], scale),
      matrix(`${at}.attn_output`, [width, width], scale),
      ...(experts
        ? [randomTensor(`${at}.ffn_gate_inp.weight`, [width, experts.count], { type: "f32", deviation: scale, next })]
        : []),
      matrix(`${at}.ffn_gate${suffix}`, [width, feedForward, ...expertDimension], scale),
      matrix(`${at}.ffn_up${suffix}`, [width, feedForward, ...expertDimension], scale),
      matrix(`${at}.ffn_down${suffix}`, [feedForward, width, ...expertDimension], feedForward ** -0.5),
    ];
  };
  return [
    matrix("token_embd", [width, rows], 0.05),
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    constantTensor("output_norm.weight", width, 4),
    ...(shape.tied ? [] : [matrix("output", [width, rows], 0.05)]),
  ];
}

function main(): void {
  const { values } = parseArgs({
    options: {
      shape: { type: "string", default: "tiny" },
      type: { type: "string", default: "q8_0" },
      tokenizer: { type: "string" },
      seed: { type: "string", default: "0" },
      out: { type: "string" },
    },
  });
  const { shape, type, tokenizer, seed, out } = values;
  if (out === undefined || !(shape in SHAPES) || !WEIGHT_TYPES.includes(type as WeightType)) {
    console.error("usage: make-random-model --out FILE [--shape NAME] [--type TYPE] [--tokenizer MODEL] [--seed N]");
    console.error(`  shapes: ${Object.keys(SHAPES).join(", ")}; types: ${WEIGHT_TYPES.join(", ")}`);
    console.error("  without --tokenizer (a SentencePiece .model file): a synthetic vocabulary");
    process.exitCode = 2;
    return;
  }
  writeRandomModel({
    path: out,
    shape: shape as ShapeName,
    type: type as WeightType,
    vocabulary: tokenizer === undefined ? syntheticVocabulary() : readSentencePiece(tokenizer),
    seed: Number(seed),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
