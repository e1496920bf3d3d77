import { readGgufHeader } from "./gguf-header.ts";
import type { GgufHeader, GgufValue } from "./gguf-header.ts";
import { cellBytes, trainedContextTokens } from "./memory-plan.ts";

/** What a model file says of its model, without loading it. */
export interface ModelFileFacts {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly fileBytes: number;
  /** Keys and values of one token. */
  readonly cacheBytesPerToken: number;
  readonly trainedContextTokens: number;
  /** As the file names it, such as `apache-2.0`. */
  readonly licence: string | undefined;
  readonly chatTemplate: string | undefined;
  readonly controlTokens: readonly string[];
  readonly beginOfSequence: string | undefined;
  readonly endOfSequence: string | undefined;
  readonly addsBeginOfSequence: boolean;
}

const TOKENS = "tokenizer.ggml.tokens";
const TOKEN_TYPES = "tokenizer.ggml.token_type";
const CONTROL = 3;

/** Reads the header of a GGUF file. Cost: tens of milliseconds for a large vocabulary. Throws `model_file_invalid`. */
export function readModelFile(path: string): ModelFileFacts {
  const header = readGgufHeader(path, [TOKENS, TOKEN_TYPES]);
  const { metadata, tensors, architecture, fileBytes } = header;
  const tokens = header.arrays.get(TOKENS) ?? [];
  const types = header.arrays.get(TOKEN_TYPES) ?? [];
  const tokenNamed = (key: string) => textOf(tokens[Number(metadata.get(`tokenizer.ggml.${key}`) ?? -1)]);
  return {
    name: textOf(metadata.get("general.name")) ?? "",
    architecture,
    parameters: tensors.reduce(
      (sum, { dimensions }) => sum + dimensions.reduce((product, size) => product * size, 1),
      0,
    ),
    fileBytes,
    cacheBytesPerToken: cellBytes(header),
    trainedContextTokens: trainedContextTokens(header),
    licence: textOf(metadata.get("general.license")),
    chatTemplate: textOf(metadata.get("tokenizer.chat_template")),
    controlTokens: tokens.flatMap((token, index) =>
      types[index] === CONTROL && typeof token === "string" ? [token] : [],
    ),
    beginOfSequence: tokenNamed("bos_token_id"),
    endOfSequence: tokenNamed("eos_token_id"),
    addsBeginOfSequence: addsBeginOfSequence(header),
  };
}

/** Files that do not say follow their kind of vocabulary. */
function addsBeginOfSequence({ metadata }: GgufHeader): boolean {
  const said = metadata.get("tokenizer.ggml.add_bos_token");
  return typeof said === "boolean" ? said : metadata.get("tokenizer.ggml.model") === "llama";
}

function textOf(value: GgufValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
