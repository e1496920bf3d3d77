import { z } from "zod";

/** Fields that chat and fill-in-the-middle share. Every one may be null, which means absent. */
export const SamplingFields = {
  temperature: z.number().min(0).max(2).nullish().describe("0 is greedy. Null: the model's default."),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .describe("Sample from the smallest set of tokens of this total probability."),
  max_tokens: z.number().int().min(0).nullish().describe("Tokens to generate at most."),
  min_tokens: z.number().int().min(0).nullish().describe("The answer may not end before this many tokens."),
  stop: z
    .union([z.string(), z.array(z.string()).max(64)])
    .nullish()
    .describe("The answer ends before the first of these texts."),
  random_seed: z.number().int().min(0).nullish().describe("Same seed, same request: same answer."),
  seed: z.number().int().nullish().describe("OpenAI's name of random_seed."),
  stream: z.boolean().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  prompt_cache_key: z.string().nullish(),
};

interface SamplingInput {
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
  readonly logit_bias?: Readonly<Record<string, number>> | null | undefined;
  readonly random_seed?: number | null | undefined;
  readonly seed?: number | null | undefined;
}

/** How the caller wants tokens drawn; what is undefined is the deployment's choice. */
export interface SamplingWishes {
  readonly temperature: number | undefined;
  readonly topP: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  readonly logitBias: ReadonlyMap<number, number>;
  readonly seed: bigint | undefined;
}

export function readSampling(input: SamplingInput): SamplingWishes {
  const seed = input.random_seed ?? input.seed ?? undefined;
  return {
    temperature: input.temperature ?? undefined,
    topP: input.top_p ?? 1,
    presencePenalty: input.presence_penalty ?? 0,
    frequencyPenalty: input.frequency_penalty ?? 0,
    logitBias: input.logit_bias ? readBias(input.logit_bias) : NO_BIAS,
    // A negative seed (OpenAI allows them) is its unsigned 64-bit reading.
    seed: seed === undefined ? undefined : BigInt.asUintN(64, BigInt(seed)),
  };
}

const NO_BIAS: ReadonlyMap<number, number> = new Map();

const readBias = (wanted: Readonly<Record<string, number>>): ReadonlyMap<number, number> =>
  new Map(Object.entries(wanted).map(([token, bias]) => [Number(token), bias]));

/** Stop texts without the empty ones, which would end every answer at once. */
export function readStop(stop: string | readonly string[] | null | undefined): readonly string[] {
  return (typeof stop === "string" ? [stop] : (stop ?? [])).filter((text) => text !== "");
}
