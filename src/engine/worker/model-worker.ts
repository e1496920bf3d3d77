import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Core } from "../core.ts";
import { EngineCore } from "../engine-core.ts";
import { Detokenizer } from "../text/detokenizer.ts";
import type { PromptPart } from "../generation.ts";
import { DearForms } from "./dear-forms.ts";
import type { FromWorker, ToWorker, WireRequest } from "./messages.ts";
import type { OpenModel } from "./open-model.ts";
import { Outbox } from "./outbox.ts";
import { tokenizePrompt } from "./prompt-tokens.ts";
import { fromWireRequest, toWireError, toWireOutput, toWireVector } from "./wire.ts";

interface ModelWorkerParts {
  readonly model: OpenModel;
  /** Adapters that requests may name. */
  readonly adapters: ReadonlySet<string>;
  readonly clock: Clock;
  readonly send: (message: FromWorker) => void;
  /** Runs a function after pending input has been read. */
  readonly defer: (run: () => void) => void;
  readonly residentBytes: () => number;
}

interface EmbeddingJob {
  readonly id: number;
  readonly inputs: readonly Int32Array[];
  readonly vectors: Float32Array[];
}

const STATUS_INTERVAL_MS = 200;

/**
 * One model's loop: a step for all requests, then whatever the engine has said meanwhile, then the next step. Embeddings
 * run between steps, one input at a time, so that they delay a stream by one input at most.
 */
export class ModelWorker {
  readonly #parts: ModelWorkerParts;
  readonly #core: Core;
  readonly #forms: DearForms;
  readonly #embeddings: EmbeddingJob[] = [];
  readonly #outbox: Outbox;
  #isRunning = false;
  #threads = 1;
  #statusMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ModelWorkerParts) {
    this.#parts = parts;
    this.#core = new EngineCore({ backend: parts.model.backend, clock: parts.clock });
    this.#outbox = new Outbox({
      clock: parts.clock,
      send: (outputs) => parts.send({ type: "outputs", outputs: outputs.map(toWireOutput) }),
    });
    this.#forms = new DearForms({ clock: parts.clock, later: (run, ms) => void setTimeout(run, ms) });
    // Before anybody streams: later it would hold up whoever does.
    parts.defer(() => {
      this.#core.prepareForms();
      this.#reportStatus();
    });
  }

  /** Takes one message; what a message asks wrongly is refused, never thrown. */
  receive(message: Exclude<ToWorker, { type: "load" | "stop" }>): void {
    // New work may make the next step a long one.
    this.#outbox.flush();
    if (message.type === "cancel") {
      this.#cancel(message.id);
      return;
    }
    try {
      this.#answer(message);
    } catch (error) {
      this.#parts.send({ type: "refused", id: message.id, error: toWireError(error) });
    }
  }

  #answer(message: Exclude<ToWorker, { type: "load" | "stop" | "cancel" }>): void {
    const { vocabulary } = this.#parts.model.backend;
    const { id } = message;
    switch (message.type) {
      case "generate":
        this.#submit(id, message.request);
        break;
      case "embed":
        this.#embed(id, message.inputs);
        break;
      case "tokenize":
        this.#parts.send({ type: "tokens", id, tokens: [...tokenizePrompt(vocabulary, message.prompt)] });
        break;
      case "detokenize":
        this.#parts.send({ type: "text", id, text: this.#detokenize(message.tokens) });
    }
  }

  #submit(id: number, wire: WireRequest): void {
    const request = fromWireRequest(wire);
    if (request.adapter !== undefined && !this.#parts.adapters.has(request.adapter)) {
      throw new TramontaneError("invalid_model", `No adapter ${request.adapter} is loaded.`);
    }
    const prompt = tokenizePrompt(this.#parts.model.backend.vocabulary, request.prompt);
    const start = (): void => {
      this.#core.submit(id, { ...request, prompt });
      this.#run();
    };
    this.#forms.admit({ id, form: request.constraint, compileMs: request.compileMs ?? 0, start });
  }

  #embed(id: number, inputs: readonly (readonly PromptPart[])[]): void {
    const { vocabulary, limits } = this.#parts.model.backend;
    const tokens = inputs.map((input) => tokenizePrompt(vocabulary, input));
    tokens.forEach((input, index) => {
      if (input.length <= limits.contextTokens) return;
      throw new TramontaneError(
        "prompt_too_long",
        `Input ${index} has ${input.length} tokens; the model reads at most ${limits.contextTokens}.`,
        { field: `input[${index}]`, details: { promptTokens: input.length, contextTokens: limits.contextTokens } },
      );
    });
    this.#embeddings.push({ id, inputs: tokens, vectors: [] });
    this.#run();
  }

  #detokenize(tokens: readonly number[]): string {
    const { vocabulary } = this.#parts.model.backend;
    const detokenizer = new Detokenizer();
    const text = tokens.map((token) => {
      if (!Number.isInteger(token) || token < 0 || token >= vocabulary.size) {
        throw new TramontaneError("invalid_request", `Token ${token} is not in the vocabulary.`);
      }
      return vocabulary.controlText(token) ?? detokenizer.push(vocabulary.tokenBytes(token));
    });
    return text.join("") + detokenizer.flush();
  }

  #cancel(id: number): void {
    this.#parts.model.watch?.hear();
    this.#forms.cancel(id);
    this.#core.cancel(id);
    const job = this.#embeddings.findIndex((candidate) => candidate.id === id);
    if (job >= 0) this.#embeddings.splice(job, 1);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#parts.defer(() => this.#turn());
  }

  #turn(): void {
    this.#threads = this.#parts.model.adaptThreads();
    if (this.#core.hasWork()) {
      this.#outbox.add(this.#core.step());
    }
    this.#embedOne();
    this.#isRunning = this.#core.hasWork() || this.#embeddings.length > 0;
    if (!this.#isRunning) this.#outbox.flush();
    this.#reportStatus();
    if (this.#isRunning) this.#parts.defer(() => this.#turn());
  }

  #embedOne(): void {
    const job = this.#embeddings[0];
    if (job === undefined) return;
    this.#outbox.flush();
    const next = job.inputs[job.vectors.length];
    if (next !== undefined) job.vectors.push(...this.#parts.model.backend.embed([next]));
    if (job.vectors.length < job.inputs.length) return;
    this.#embeddings.shift();
    const promptTokens = job.inputs.reduce((sum, input) => sum + input.length, 0);
    this.#parts.send({ type: "vectors", id: job.id, vectors: job.vectors.map(toWireVector), promptTokens });
  }

  /** Says how it goes at first, when it begins and when it comes to rest, and a few times a second while it works. */
  #reportStatus(): void {
    const now = this.#parts.clock.monotonicMs();
    if (this.#isRunning && now - this.#statusMs < STATUS_INTERVAL_MS) return;
    this.#statusMs = this.#isRunning ? now : Number.NEGATIVE_INFINITY;
    const { residentBytes } = this.#parts;
    const status = { ...this.#core.status(), residentBytes: residentBytes(), threads: this.#threads };
    this.#parts.send({ type: "status", status });
  }
}
