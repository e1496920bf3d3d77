import { z } from "zod";
import { withModel } from "./chat.ts";
import { readBody } from "./read-body.ts";
import type { ReadBodyOptions } from "./read-body.ts";
import { refuse } from "./refusal.ts";
import type { Reading } from "./refusal.ts";
import type { Usage } from "./usage.ts";

export const EmbeddingRequestSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()).max(2048)]),
  output_dimension: z.number().int().min(1).nullish(),
  dimensions: z.number().int().min(1).nullish().describe("OpenAI's name of output_dimension."),
  output_dtype: z.enum(["float", "int8", "uint8", "binary", "ubinary"]).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  user: z.string().nullish(),
  input_type: z.string().nullish(),
});

export interface EmbeddingRequest {
  readonly model: string;
  readonly inputs: readonly string[];
  /** Numbers per vector; undefined: as many as the model gives. */
  readonly dimensions: number | undefined;
  readonly encoding: "float" | "base64";
}

export interface EmbeddingResponse {
  readonly id: string;
  readonly object: "list";
  readonly data: readonly {
    readonly object: "embedding";
    readonly index: number;
    /** Numbers, or base64 of little-endian float32. */
    readonly embedding: readonly number[] | string;
  }[];
  readonly model: string;
  readonly usage: Usage;
}

export function readEmbeddingRequest(
  body: unknown,
  options?: ReadBodyOptions & { defaultModel?: string },
): Reading<EmbeddingRequest> {
  const reading = readBody(EmbeddingRequestSchema, withModel(body, options?.defaultModel), options);
  if (!reading.ok) return reading;
  const wire = reading.value;
  if ((wire.output_dtype ?? "float") !== "float") {
    return refuse(
      "capability_missing",
      `This model does not support output_dtype '${wire.output_dtype}'`,
      "output_dtype",
    );
  }
  const inputs = typeof wire.input === "string" ? [wire.input] : wire.input;
  if (inputs.length === 0) return refuse("invalid_request", "input must hold at least one text", "input");
  const value: EmbeddingRequest = {
    model: wire.model,
    inputs,
    dimensions: wire.output_dimension ?? wire.dimensions ?? undefined,
    encoding: wire.encoding_format ?? "float",
  };
  return { ok: true, value, ignored: reading.ignored };
}
