import { TramontaneError } from "#base";
import type { Catalog } from "../catalog.ts";
import type { Call } from "../inference/call.ts";
import type { Inference } from "../inference/inference.ts";

export interface EmbedderParts {
  readonly catalog: Catalog;
  readonly inference: Pick<Inference, "embed">;
}

export interface Embedded {
  /** Canonical name. */
  readonly model: string;
  /** Of length one, in the order of the texts. */
  readonly vectors: readonly Float32Array[];
  readonly promptTokens: number;
}

/** Names that a model made for embedding goes by. */
const EMBEDDING_NAME = /embed/i;
/** Shorter than this nothing is cut any more. */
const SHORTEST = 64;

/** Turns texts into vectors with the embedding model served here, under the caller's name and at the caller's cost. */
export class Embedder {
  readonly #parts: EmbedderParts;

  constructor(parts: EmbedderParts) {
    this.#parts = parts;
  }

  /** One that is made for it goes before a chat model that also can; undefined: none can. */
  get model(): string | undefined {
    const able = this.#parts.catalog.deployments.filter(({ spec }) => spec.serves.embeddings);
    const made = able.find(({ spec }) => EMBEDDING_NAME.test(spec.id)) ?? able.at(-1);
    return made?.spec.id;
  }

  /** Texts longer than the model's window are embedded by their beginning. Undefined when no model can. */
  async embed(texts: readonly string[], call: Call): Promise<Embedded | undefined> {
    const { model } = this;
    if (model === undefined) return undefined;
    let inputs = texts;
    for (;;) {
      try {
        const { data, usage } = await this.#parts.inference.embed(
          { model, inputs, dimensions: undefined, encoding: "float" },
          call,
        );
        const vectors = data.map(({ embedding }) => Float32Array.from(embedding as readonly number[]));
        return { model, vectors, promptTokens: usage.prompt_tokens };
      } catch (error) {
        const isTooLong = error instanceof TramontaneError && error.code === "prompt_too_long";
        const longest = Math.max(...inputs.map((text) => text.length));
        if (!isTooLong || longest <= SHORTEST) throw error;
        inputs = inputs.map((text) => (text.length > longest / 2 ? text.slice(0, Math.floor(longest / 2)) : text));
      }
    }
  }
}
