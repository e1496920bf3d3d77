import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import { readModelFile } from "#engine";
import type { Engine, ModelFileFacts } from "#engine";
import { chooseTemplate } from "#prompt";
import { CHAT_ALIASES_OF_2402 } from "../catalog.ts";
import { Deployment } from "../deployment.ts";
import { adaptedModel } from "./adapted-model.ts";
import { OPEN_WEIGHTS } from "../pull/open-weights.ts";
import type { ModelFile } from "./model-files.ts";
import type { ModelMemory } from "./model-memory.ts";

export interface ModelDeploymentParts {
  readonly files: readonly ModelFile[];
  readonly engine: Engine;
  readonly memory: ModelMemory;
  /** The model that answers when none is named and that carries the hosted names nobody else claims. */
  readonly defaultModel: string;
  readonly contextTokens: number | undefined;
  readonly cacheTokens: number | undefined;
  readonly threads: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The shipped embedding model: a table of vectors with no chat in it. */
const EMBEDDING_TABLE = "tramontane-embed";

/** The hosted embedding models give 1,024 numbers; programs size their tables by that. */
const EMBEDDING_DIMENSIONS = 1024;

/** What the hosted models of 2024 use when a request names none. */
const HOSTED_TEMPERATURE = 0.7;
/** The shipped models are small enough to lose the thread, or the language, at the hosted temperature. */
const SHIPPED_TEMPERATURE = 0.2;

/**
 * One deployment per model file, the default first, and one per adapter, named `MODEL:ADAPTER`, at the end. A model that
 * stands for hosted names gets them: a pulled one those of its catalog entry, the default one all that are left. Errors:
 * `config_invalid` when the default model is not there.
 */
export function deployModels(parts: ModelDeploymentParts): Deployment[] {
  const { files, defaultModel } = parts;
  const first = files.find((file) => file.name === defaultModel);
  if (!first) {
    const names = files.map((file) => file.name).join(", ") || "none";
    throw new TramontaneError("config_invalid", `The default model "${defaultModel}" is not there. Found: ${names}.`, {
      field: "defaultModel",
      hint: "Set defaultModel to one that is there, or pull one: tramontane pull.",
    });
  }
  const others = files.filter((file) => file !== first);
  const claimed = new Set(files.map((file) => file.name));
  // Real weights come before what ships: once pulled, they answer to their names.
  const order = others.toSorted((a, b) => Number(isShipped(a.name)) - Number(isShipped(b.name)));
  const own = new Map(order.map((file) => [file, claim(hostedNamesOf(file.name), claimed)]));
  const rest = claim([...hostedNamesOf(first.name), ...CHAT_ALIASES_OF_2402, "mistral-embed"], claimed);
  own.set(first, rest);
  const models = [first, ...others].map((file) => ({ file, deployment: deploy(file, own.get(file) ?? [], parts) }));
  const adapted = models.flatMap(({ file, deployment }) =>
    Object.keys(file.adapters ?? {}).map((adapter) => deployAdapter(deployment, adapter, parts)),
  );
  return [...models.map(({ deployment }) => deployment), ...adapted];
}

function deployAdapter(base: Deployment, adapter: string, { clock }: ModelDeploymentParts): Deployment {
  const { spec } = base;
  return new Deployment(
    {
      ...spec,
      id: `${spec.id}:${adapter}`,
      aliases: [],
      description: `${spec.id} under its adapter ${adapter}`,
      serves: { ...spec.serves, embeddings: false },
    },
    () => adaptedModel(base, adapter),
    clock,
  );
}

const isShipped = (name: string): boolean => name.startsWith("tramontane-");

/** One more deployment, of a file that came while the server runs, with the hosted names of its catalog entry. */
export function deployAnother(file: ModelFile, parts: ModelDeploymentParts): Deployment {
  return deploy(file, hostedNamesOf(file.name), parts);
}

/** The shipped large model stands for the large hosted ones, the shipped table of vectors for the hosted embeddings. */
function hostedNamesOf(name: string): readonly string[] {
  if (name === "tramontane-large") return CHAT_ALIASES_OF_2402.filter((alias) => /large|medium|mixtral/.test(alias));
  if (name === EMBEDDING_TABLE) return ["mistral-embed"];
  return OPEN_WEIGHTS.find((model) => model.name === name)?.aliases ?? [];
}

/** Those of `names` that are still free; they no longer are. */
function claim(names: readonly string[], claimed: Set<string>): string[] {
  const free = [...new Set(names)].filter((name) => !claimed.has(name));
  for (const name of free) claimed.add(name);
  return free;
}

function deploy(file: ModelFile, aliases: readonly string[], parts: ModelDeploymentParts): Deployment {
  const { engine, memory, clock, logger, contextTokens, cacheTokens, threads } = parts;
  const isTable = file.name === EMBEDDING_TABLE;
  const facts = factsOf(file);
  const deployment = new Deployment(
    {
      id: file.name,
      aliases,
      createdAt: Math.floor(file.modifiedMs / 1000),
      ownedBy: "tramontane",
      serves: { chat: !isTable, fim: !isTable, embeddings: true },
      defaultTemperature: isShipped(file.name) ? SHIPPED_TEMPERATURE : HOSTED_TEMPERATURE,
      contextTokens: contextTokens ?? Math.min(facts?.trainedContextTokens ?? 32_768, 32_768),
      embeddingDimensions: EMBEDDING_DIMENSIONS,
      expected: facts && !isTable ? chooseTemplate(facts).capabilities : undefined,
    },
    async (onProgress) => {
      await memory.makeRoomFor(deployment);
      const began = clock.monotonicMs();
      const model = await engine.load(
        {
          name: file.name,
          source: { kind: "gguf", path: file.path },
          ...(file.adapters === undefined ? {} : { adapters: file.adapters }),
          ...(contextTokens === undefined ? {} : { contextTokens }),
          ...(cacheTokens === undefined ? {} : { cacheTokens }),
          ...(threads === undefined ? {} : { threads }),
        },
        onProgress,
      );
      const template = chooseTemplate(model.info);
      const ms = Math.round(clock.monotonicMs() - began);
      const { device, contextTokens: window } = model.info;
      logger.log("info", "model.loaded", {
        model: file.name,
        ms,
        device,
        contextTokens: window,
        template: template.reason,
      });
      return { engine: model, template };
    },
    clock,
  );
  memory.register(deployment, file.bytes, file.name === parts.defaultModel);
  return deployment;
}

/** What its header tells; a file that cannot be read says so when it is loaded. */
function factsOf({ path }: ModelFile): ModelFileFacts | undefined {
  try {
    return readModelFile(path);
  } catch {
    return undefined;
  }
}
