/** A real open-weight model that `pull` knows. Sizes are the file's, memory is file plus cache at the stated context. */
export interface OpenWeights {
  /** The name it is served under, and the argument of `pull`. */
  readonly name: string;
  /** Hosted names that point at it once pulled. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly licence: string;
  readonly parameters: string;
  /** Approximate size of the file. */
  readonly sizeGb: number;
  /** Approximate memory to serve it at 8,192 tokens of context. */
  readonly memoryGb: number;
  readonly contextTokens: number;
  readonly repository: string;
  readonly file: string;
}

/**
 * Four-bit GGUF conversions on the hub. The SHA-256 is not written here: the hub states it in the answer's
 * `x-linked-etag` header for every large file, and `pull` verifies against that.
 */
export const OPEN_WEIGHTS: readonly OpenWeights[] = [
  {
    name: "mistral-7b-instruct-v0.3",
    aliases: ["open-mistral-7b", "mistral-tiny"],
    summary: "Mistral 7B Instruct: the small open model with function calling.",
    licence: "Apache-2.0",
    parameters: "7.2B",
    sizeGb: 4.4,
    memoryGb: 5.5,
    contextTokens: 32_768,
    repository: "bartowski/Mistral-7B-Instruct-v0.3-GGUF",
    file: "Mistral-7B-Instruct-v0.3-Q4_K_M.gguf",
  },
  {
    name: "mixtral-8x7b-instruct-v0.1",
    aliases: ["open-mixtral-8x7b"],
    summary: "Mixtral 8x7B Instruct: a sparse mixture of experts, 13B active.",
    licence: "Apache-2.0",
    parameters: "46.7B",
    sizeGb: 26.4,
    memoryGb: 28,
    contextTokens: 32_768,
    repository: "TheBloke/Mixtral-8x7B-Instruct-v0.1-GGUF",
    file: "mixtral-8x7b-instruct-v0.1.Q4_K_M.gguf",
  },
  {
    name: "mistral-nemo-instruct-2407",
    aliases: ["open-mistral-nemo"],
    summary: "Mistral Nemo 12B: multilingual, 128K context.",
    licence: "Apache-2.0",
    parameters: "12.2B",
    sizeGb: 7.5,
    memoryGb: 9,
    contextTokens: 131_072,
    repository: "bartowski/Mistral-Nemo-Instruct-2407-GGUF",
    file: "Mistral-Nemo-Instruct-2407-Q4_K_M.gguf",
  },
  {
    name: "mistral-small-24b-instruct-2501",
    aliases: ["mistral-small-latest", "mistral-small-2402"],
    summary: "Mistral Small 3 (24B): the quality end that one workstation can serve.",
    licence: "Apache-2.0",
    parameters: "23.6B",
    sizeGb: 14.3,
    memoryGb: 16.5,
    contextTokens: 32_768,
    repository: "bartowski/Mistral-Small-24B-Instruct-2501-GGUF",
    file: "Mistral-Small-24B-Instruct-2501-Q4_K_M.gguf",
  },
  {
    name: "ministral-8b-instruct-2410",
    aliases: ["ministral-8b-latest"],
    summary: "Ministral 8B: for the edge, function calling, 128K context.",
    licence: "Mistral Research License (non-commercial)",
    parameters: "8.0B",
    sizeGb: 4.9,
    memoryGb: 6,
    contextTokens: 131_072,
    repository: "bartowski/Ministral-8B-Instruct-2410-GGUF",
    file: "Ministral-8B-Instruct-2410-Q4_K_M.gguf",
  },
];

/** The model's address on a hub. */
export function downloadUrl(hubUrl: URL, model: OpenWeights): string {
  return `${hubUrl.href.replace(/\/$/, "")}/${model.repository}/resolve/main/${model.file}`;
}
