import type { Clock } from "#base";
import type { EngineModel } from "#engine";
import type { ChatTemplate, TemplateCapabilities } from "#prompt";
import type { ModelCapabilities, ModelCard } from "#protocol";
import { enforceable } from "./inference/answer-form.ts";

/** What the operator says of a model he serves. */
export interface DeploymentSpec {
  /** Canonical name. */
  readonly id: string;
  /** Other names that mean this model. */
  readonly aliases: readonly string[];
  readonly description?: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly ownedBy: string;
  readonly serves: { readonly chat: boolean; readonly fim: boolean; readonly embeddings: boolean };
  /** Temperature of a request that names none. */
  readonly defaultTemperature: number;
  /** Window to state before the model is loaded, tokens. */
  readonly contextTokens: number;
  /**
   * Numbers per embedding; undefined: the model's own width. A wider vector ends in zeros, which keeps every dot product;
   * a narrower one is cut and brought back to length one.
   */
  readonly embeddingDimensions?: number;
  /** When it will be withdrawn, ISO 8601. */
  readonly deprecation?: string;
  /** What it will be able to do once it is loaded, as its file tells; undefined: unknown until then. */
  readonly expected?: TemplateCapabilities | undefined;
  readonly replacement?: string;
}

export interface LoadedModel {
  readonly engine: EngineModel;
  readonly template: ChatTemplate;
}

export type DeploymentState = "idle" | "loading" | "ready" | "failed";

/**
 * One model under the names clients know it by. It loads once, when first asked or started; whoever asks meanwhile
 * waits. A failed load is reported to all who waited, and tried again by the next.
 */
export class Deployment {
  readonly spec: DeploymentSpec;
  readonly #load: (onProgress: (fraction: number) => void) => Promise<LoadedModel>;
  readonly #clock: Clock | undefined;
  #loading: Promise<LoadedModel> | undefined;
  #loaded: LoadedModel | undefined;
  #hasFailed = false;
  #lastUsedMs = 0;
  #loadedFraction = 0;
  readonly #lost = new Set<string>();

  /** `clock` dates uses, for whoever unloads what is idle. */
  constructor(
    spec: DeploymentSpec,
    load: (onProgress: (fraction: number) => void) => Promise<LoadedModel>,
    clock?: Clock,
  ) {
    this.spec = spec;
    this.#load = load;
    this.#clock = clock;
  }

  /** How much of it is loaded, in [0, 1], while it loads. */
  get loadedFraction(): number {
    return this.#loadedFraction;
  }

  /** Its other names, without those that a model deployed later has taken over. */
  get aliases(): readonly string[] {
    return this.spec.aliases.filter((alias) => !this.#lost.has(alias));
  }

  /** One of its names means another model from now on. */
  loseAlias(alias: string): void {
    this.#lost.add(alias);
  }

  /** When somebody last asked for the model, in the clock's monotonic milliseconds. */
  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** Whether it is loaded and computes nothing. */
  get isIdle(): boolean {
    const status = this.#loaded?.engine.status();
    return status !== undefined && status.runningSequences === 0 && status.waitingRequests === 0;
  }

  get state(): DeploymentState {
    if (this.#loaded) return "ready";
    if (this.#loading) return "loading";
    return this.#hasFailed ? "failed" : "idle";
  }

  /** The loaded model, or undefined: for gauges and cards, which never wait. */
  get current(): LoadedModel | undefined {
    return this.#loaded;
  }

  /** Errors: `model_load_failed`, `model_file_invalid`. */
  loaded(): Promise<LoadedModel> {
    this.#lastUsedMs = this.#clock?.monotonicMs() ?? 0;
    if (!this.#loading) this.#loadedFraction = 0;
    this.#loading ??= this.#load((fraction) => (this.#loadedFraction = fraction)).then(
      (model) => {
        this.#lastUsedMs = this.#clock?.monotonicMs() ?? 0;
        this.#hasFailed = false;
        return (this.#loaded = model);
      },
      (error: unknown) => {
        this.#loading = undefined;
        this.#hasFailed = true;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Frees the model's memory; the next who asks loads it again. */
  async unload(): Promise<void> {
    const model = this.#loaded;
    this.#loaded = undefined;
    this.#loading = undefined;
    await model?.engine.unload();
  }

  /** The card under one of its names. */
  card(name: string): ModelCard {
    const { spec } = this;
    return {
      id: name,
      object: "model",
      created: spec.createdAt,
      owned_by: spec.ownedBy,
      root: spec.id,
      capabilities: this.#capabilities(),
      name: spec.id,
      description: spec.description ?? null,
      max_context_length: this.#loaded?.engine.info.contextTokens ?? spec.contextTokens,
      aliases: [spec.id, ...this.aliases].filter((alias) => alias !== name),
      deprecation: spec.deprecation ?? null,
      deprecation_replacement_model: spec.replacement ?? null,
      default_model_temperature: spec.defaultTemperature,
      type: "base",
    };
  }

  #capabilities(): ModelCapabilities {
    const { serves } = this.spec;
    const template = this.#loaded?.template.capabilities ?? this.spec.expected;
    return {
      completion_chat: serves.chat,
      completion_fim: serves.fim && (template?.infill ?? true),
      function_calling: serves.chat && enforceable(template?.toolCalls) !== undefined,
      fine_tuning: false,
      vision: false,
      classification: serves.chat,
      moderation: serves.chat,
      ocr: false,
      audio: false,
      audio_transcription: false,
      reasoning: serves.chat && template?.thinking !== undefined,
    };
  }
}
