import { TramontaneError } from "#base";
import { countUsage } from "#protocol";
import type { EmbeddingRequest, EmbeddingResponse } from "#protocol";
import type { Call, RequestSize } from "./call.ts";
import type { InferenceParts } from "./inference.ts";
import { observeWork } from "./observe-work.ts";
import { resolve } from "./resolve.ts";

/** Turns texts into vectors of length one. Errors: `invalid_model`, `capability_missing`, `prompt_too_long`. */
export async function embed(parts: InferenceParts, request: EmbeddingRequest, call: Call): Promise<EmbeddingResponse> {
  const deployment = await resolve(parts, { model: request.model, operation: "embeddings" }, call);
  const { engine } = await deployment.loaded();
  const width = deployment.spec.embeddingDimensions ?? engine.info.embeddingLength;
  const dimensions = request.dimensions ?? width;
  if (dimensions > width) {
    const message = `output_dimension must be at most ${width}, got ${dimensions}`;
    throw new TramontaneError("invalid_request", message, { field: "output_dimension" });
  }
  const prompts = request.inputs.map((text) => [{ kind: "text", text } as const]);
  const size: RequestSize = {
    promptBytes: request.inputs.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    countPrompt: async () => {
      const counts = await Promise.all(prompts.map(async (prompt) => (await engine.tokenize(prompt)).length));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    maxOutputTokens: 0,
    isOutputBounded: true,
  };
  const ask = { call, deployment: deployment.spec.id, operation: "embeddings", size } as const;
  const { vectors, promptTokens } = await observeWork(parts, ask, () => engine.embed(prompts, call.signal));
  return {
    id: parts.newId(),
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: encode(resize(vector, dimensions), request.encoding),
    })),
    model: request.model,
    usage: countUsage(promptTokens, 0, 0),
  };
}

/** Cuts a vector and brings it back to length one, or fills it with zeros, which keeps every dot product. */
export function resize(vector: Float32Array, dimensions: number): Float32Array {
  if (dimensions >= vector.length) {
    const wider = new Float32Array(dimensions);
    wider.set(vector);
    return wider;
  }
  const cut = vector.slice(0, dimensions);
  const norm = Math.hypot(...cut);
  return norm === 0 ? cut : cut.map((value) => value / norm);
}

function encode(vector: Float32Array, encoding: "float" | "base64"): readonly number[] | string {
  if (encoding === "float") return [...vector];
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
