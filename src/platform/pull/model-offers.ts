import { statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { readModelFile } from "#engine";
import type { ModelFileFacts } from "#engine";
import type { AppModel } from "#protocol";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import { findModelFiles } from "../models/model-files.ts";
import { memoryOf } from "../models/model-memory.ts";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";
import { OPEN_WEIGHTS } from "./open-weights.ts";
import type { OpenWeights } from "./open-weights.ts";

/** A model that is served here, or could be. */
export interface ModelOffer {
  readonly id: string;
  /** Where it comes from: a file of the product or pulled, another server, or the list of models that can be pulled. */
  readonly source: "file" | "remote" | "hub";
  readonly state: Deployment["state"] | "not_pulled";
  readonly summary: string | undefined;
  readonly architecture: string | undefined;
  /** For people, such as `7.2B`. */
  readonly parameters: string | undefined;
  readonly licence: string | undefined;
  readonly contextTokens: number;
  readonly capabilities: AppModel["capabilities"] & { readonly chat: boolean; readonly embeddings: boolean };
  readonly fileBytes: number | undefined;
  /** Estimate of what it takes once loaded, with the cache of one window. */
  readonly memoryBytes: number | undefined;
  /** Whether this machine has that much for models. */
  readonly fits: boolean;
}

/** What this machine has for models. */
export interface ModelMachine {
  readonly memoryBytes: number;
  /** Free space where pulled files go. */
  readonly diskBytes: number;
}

export interface ModelOffersParts {
  readonly catalog: Catalog;
  /** Where model files are, pulled ones first. */
  readonly folders: readonly string[];
  readonly budgetBytes: number;
}

/** What can be served here: what is, what only has to be loaded, and what can be pulled. */
export class ModelOffers {
  readonly #parts: ModelOffersParts;
  readonly #facts = new Map<string, ModelFileFacts | undefined>();

  constructor(parts: ModelOffersParts) {
    this.#parts = parts;
  }

  list(): readonly ModelOffer[] {
    const { catalog, folders } = this.#parts;
    const files = new Map(findModelFiles(folders).map((file) => [file.name, file.path]));
    const served = catalog.deployments.map((deployment) => this.#served(deployment, files.get(deployment.spec.id)));
    const names = new Set(served.map(({ id }) => id));
    return [...served, ...OPEN_WEIGHTS.filter(({ name }) => !names.has(name)).map((model) => this.#onHub(model))];
  }

  async machine(): Promise<ModelMachine> {
    return { memoryBytes: this.#parts.budgetBytes, diskBytes: await freeBytes(this.#parts.folders[0] ?? ".") };
  }

  #served(deployment: Deployment, path: string | undefined): ModelOffer {
    const { spec, current, state } = deployment;
    const { capabilities, max_context_length: contextTokens } = deployment.card(spec.id);
    const facts = path === undefined ? undefined : this.#factsOf(path);
    const known = OPEN_WEIGHTS.find(({ name }) => name === spec.id);
    const cacheBytes = facts ? facts.cacheBytesPerToken * contextTokens : 0;
    const memoryBytes = facts && Math.round(memoryOf(facts.fileBytes) + cacheBytes);
    return {
      id: spec.id,
      source: deployment instanceof RemoteDeployment ? "remote" : "file",
      state,
      summary: spec.description ?? known?.summary,
      architecture: current?.engine.info.architecture ?? facts?.architecture,
      parameters: facts ? inWords(facts.parameters) : known?.parameters,
      licence: known?.licence ?? facts?.licence ?? (spec.id.startsWith("tramontane-") ? "Apache-2.0" : undefined),
      contextTokens,
      capabilities: {
        chat: spec.serves.chat,
        embeddings: spec.serves.embeddings,
        tools: capabilities.function_calling,
        json: spec.serves.chat,
        vision: capabilities.vision,
      },
      fileBytes: facts?.fileBytes,
      memoryBytes,
      fits: (memoryBytes ?? 0) <= this.#parts.budgetBytes,
    };
  }

  #onHub({ name, summary, parameters, licence, sizeGb, memoryGb, contextTokens }: OpenWeights): ModelOffer {
    return {
      id: name,
      source: "hub",
      state: "not_pulled",
      summary,
      architecture: undefined,
      parameters,
      licence,
      contextTokens,
      capabilities: { chat: true, embeddings: true, tools: true, json: true, vision: false },
      fileBytes: sizeGb * 1e9,
      memoryBytes: memoryGb * 1e9,
      fits: memoryGb * 1e9 <= this.#parts.budgetBytes,
    };
  }

  #factsOf(path: string): ModelFileFacts | undefined {
    if (this.#facts.has(path)) return this.#facts.get(path);
    let facts: ModelFileFacts | undefined;
    try {
      facts = readModelFile(path);
    } catch {
      // Loading it says what is wrong with it.
    }
    this.#facts.set(path, facts);
    return facts;
  }
}

/** 7_248_023_552 → `7.2B`. */
function inWords(parameters: number): string {
  const [size, unit] = parameters >= 1e9 ? [parameters / 1e9, "B"] : [parameters / 1e6, "M"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)}${unit}`;
}

/** Of the folder, or of the nearest one above it that exists. */
async function freeBytes(folder: string): Promise<number> {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
