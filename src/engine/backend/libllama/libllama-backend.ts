import { invariant, TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Backend, BackendLimits, Batch, DecodeResult } from "../backend.ts";
import { checkBatch } from "../check-batch.ts";
import { Adapters } from "./adapters.ts";
import { ComputeThreads } from "./compute-threads.ts";
import { EmbeddingContext } from "./embedding-context.ts";
import type { Libllama } from "./loader.ts";
import { LogitsView } from "./logits-view.ts";
import { ABORTED, CACHE_FULL, DECODED, NativeContext, SHARED_SEQUENCES } from "./native-context.ts";
import type { NativeModel } from "./native-model.ts";
import { PassWatch } from "./pass-watch.ts";
import { restoreState, saveState } from "./sequence-state.ts";
import type { LibllamaVocabulary } from "./vocabulary.ts";

interface LibllamaBackendParts {
  readonly libllama: Libllama;
  readonly model: NativeModel;
  readonly vocabulary: LibllamaVocabulary;
  readonly cells: number;
  readonly contextTokens: number;
  /** Sequences that each own `contextTokens` cells; undefined: all share all cells. */
  readonly separateSequences: number | undefined;
  readonly batchTokens: number;
  /** Processors to pin compute threads to, one each. */
  readonly cpus: readonly number[];
  readonly followsContention: boolean;
  readonly usesGpu: boolean;
  readonly adapters: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** The native backend: a model, its KV cache and its compute threads. Owns all of them, the model included. */
export class LibllamaBackend implements Backend {
  readonly vocabulary: LibllamaVocabulary;
  readonly limits: BackendLimits;
  /** By which another thread can make a running pass end with `aborted`. */
  readonly watch = new PassWatch();
  readonly #libllama: Libllama;
  readonly #model: NativeModel;
  readonly #context: NativeContext;
  readonly #threads: ComputeThreads;
  readonly #adapters: Adapters;
  readonly #logits: LogitsView;
  readonly #embeddings: EmbeddingContext;
  /** What was last copied since the last pass: eight requests with one prefix take one copy of it. */
  #copied: { readonly source: number; readonly length: number; readonly state: Uint8Array } | undefined;
  /** Positions that each sequence holds. */
  readonly #lengths: Int32Array;

  constructor(parts: LibllamaBackendParts) {
    const { libllama, model, vocabulary, cells, separateSequences, batchTokens, cpus, usesGpu, clock } = parts;
    this.#libllama = libllama;
    this.#model = model;
    this.vocabulary = vocabulary;
    // What may fail comes first, while the model is all there is to free; its owner does that.
    this.#adapters = new Adapters(libllama, model, parts.adapters);
    const threads = cpus.length;
    const options = { cells, separateSequences, batchTokens, threads, embeddings: false, usesGpu, watch: this.watch };
    this.#context = new NativeContext(libllama, model, options);
    const contextTokens = Math.min(parts.contextTokens, Math.floor(this.#context.cells / (separateSequences ?? 1)));
    this.limits = {
      layout: separateSequences === undefined ? "shared" : "separate",
      cells: this.#context.cells,
      sequences: separateSequences ?? SHARED_SEQUENCES,
      batchTokens,
      contextTokens,
    };
    this.#lengths = new Int32Array(this.limits.sequences);
    this.#embeddings = new EmbeddingContext({
      libllama,
      model,
      contextTokens,
      usesGpu,
      attach: (context) => this.#threads.attachTo(context),
    });
    this.#threads = new ComputeThreads({
      libllama,
      cpus,
      followsContention: parts.followsContention,
      clock,
      apply: (count) => this.setThreads(count),
    });
    this.#threads.attachTo(this.#context);
    this.#logits = new LogitsView(libllama, this.#context.pointer, vocabulary.size);
  }

  decode(batch: Batch): DecodeResult {
    checkBatch(batch, this.limits, this.vocabulary.size, this.#lengths);
    this.#copied = undefined;
    const code = this.#context.decode(batch);
    if (code === CACHE_FULL) return "cache_full";
    if (code !== DECODED) {
      this.#forgetBatch(batch);
      if (code === ABORTED) return "aborted";
      throw new TramontaneError("internal", `The forward pass failed with code ${code}.`);
    }
    let outputs = 0;
    for (let row = 0; row < batch.length; row++) {
      this.#lengths[batch.sequences[row]!] = batch.positions[row]! + 1;
      if (batch.wantsLogits[row] === 1) outputs += 1;
    }
    this.#logits.refresh(outputs);
    return "ok";
  }

  logits(row: number): Float32Array {
    return this.#logits.row(row);
  }

  forkSequence(source: number, target: number, length: number): void {
    invariant(source !== target && this.#lengths[target] === 0, "a fork goes to an empty sequence");
    invariant(length <= this.#lengths[source]!, "a fork shares what the source holds");
    if (length === 0) return;
    if (this.limits.layout === "separate") {
      // The library's own copy between separate caches moves all cells, and only at the next pass: what is restored
      // into the source until then would be copied instead.
      const restored = this.restoreSequence(target, this.#copyOf(source, length));
      invariant(restored, "an empty sequence of a separate cache has room for any other");
      this.trimSequence(target, length);
      return;
    }
    this.#libllama.functions.llama_memory_seq_cp(this.#context.memory, source, target, 0, length);
    this.#lengths[target] = length;
  }

  trimSequence(sequence: number, from: number): void {
    if (from >= this.#lengths[sequence]!) return;
    if (this.#copied?.source === sequence && from < this.#copied.length) this.#copied = undefined;
    // The whole sequence goes by -1: removing a part of it may fail in some caches, removing all of it never does.
    const removed = this.#removeFrom(sequence, from);
    invariant(removed, "an attention cache can be trimmed anywhere");
    this.#lengths[sequence] = from;
  }

  saveSequence(sequence: number): Uint8Array {
    return saveState(this.#libllama, this.#context, sequence, this.#lengths[sequence]!);
  }

  restoreSequence(sequence: number, state: Uint8Array): boolean {
    invariant(this.#lengths[sequence] === 0, "a state goes into an empty sequence");
    const positions = restoreState(this.#libllama, this.#context, sequence, state);
    this.#lengths[sequence] = positions ?? 0;
    return positions !== undefined;
  }

  useAdapter(name: string | undefined): void {
    this.#adapters.use(this.#context.pointer, name);
  }

  setThreads(threads: number): void {
    this.#libllama.functions.llama_set_n_threads(this.#context.pointer, threads, threads);
    this.#embeddings.setThreads(threads);
  }

  embed(inputs: readonly Int32Array[]): Float32Array[] {
    return inputs.map((input) => this.#embeddings.embed(input));
  }

  /** Compute threads of the next pass. */
  get threads(): number {
    return this.#threads.count;
  }

  /** Lets the number of compute threads follow what else the machine does; to be called between passes. */
  adaptThreads(): void {
    this.#threads.adapt();
  }

  [Symbol.dispose](): void {
    this.#embeddings[Symbol.dispose]();
    this.#context[Symbol.dispose]();
    this.#threads[Symbol.dispose]();
    this.#model[Symbol.dispose]();
  }

  #copyOf(source: number, length: number): Uint8Array {
    if (this.#copied?.source !== source || this.#copied.length < length) {
      this.#copied = { source, length: this.#lengths[source]!, state: this.saveSequence(source) };
    }
    return this.#copied.state;
  }

  /** A pass that ended early may have left some of its rows in the cache. */
  #forgetBatch(batch: Batch): void {
    for (let row = 0; row < batch.length; row++) {
      const sequence = batch.sequences[row]!;
      this.#removeFrom(sequence, this.#lengths[sequence]!);
    }
  }

  #removeFrom(sequence: number, from: number): boolean {
    const start = from === 0 ? -1 : from;
    return this.#libllama.functions.llama_memory_seq_rm(this.#context.memory, sequence, start, -1);
  }
}
