import { type Clock, TramontaneError } from "#base";
import type { Backend } from "./backend/backend.ts";
import { BatchBuilder } from "./batch.ts";
import { asTramontaneError } from "./constraint.ts";
import type { Core, CoreOptions, CoreOutput, CoreParts, CoreRequest, CoreStatus } from "./core.ts";
import { DraftPrice } from "./draft-price.ts";
import { GenerationOutput } from "./generation-output.ts";
import type { FinishReason } from "./generation.ts";
import { KvCache } from "./kv-cache.ts";
import { PrefillPace } from "./prefill-pace.ts";
import { refusalOf } from "./refusal.ts";
import type { Sample } from "./sampling/sampler.ts";
import { SimdKernel } from "./sampling/simd-kernel.ts";
import { Scheduler } from "./scheduler.ts";
import { SequenceFactory } from "./sequence-factory.ts";
import type { ActiveRequest, Sequence } from "./sequence.ts";
import { type Slice, TILE_TOKENS } from "./step-plan.ts";

const DEFAULTS: CoreOptions = {
  runningSequences: 16,
  waitingRequests: 1024,
  prefillTokens: 512,
  stallMs: 150,
  coldBytes: 256 * 2 ** 20,
  idleCells: 2048,
  draftTokens: 8,
};

/** Work on the form of one answer in one step that the others need not bear without a rest, milliseconds. */
const DEAR_WORK_MS = 5;
/** How many times longer than its work such an answer then rests, as long as there are others. */
const RESTS_PER_WORK = 20;
const NO_DRAFTS = new Int32Array(0);

/**
 * One loaded model's loop body: admit, one forward pass over all running sequences, sample, report. Reads: scheduler.ts
 * (who runs), kv-cache.ts (who holds what), sampler.ts (which token), generation-output.ts (what it means).
 */
export class EngineCore implements Core {
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #options: CoreOptions;
  readonly #sequencesAtOnce: number;
  readonly #cache: KvCache;
  readonly #scheduler: Scheduler;
  readonly #pace: PrefillPace;
  readonly #draftPrice = new DraftPrice();
  readonly #builder: BatchBuilder;
  readonly #output: GenerationOutput;
  readonly #sequences: SequenceFactory;
  readonly #requests = new Map<number, ActiveRequest>();
  #outputs: CoreOutput[] = [];
  #arrivals = 0;
  #passes = 0;
  #promptTokens = 0;
  #cachedPromptTokens = 0;
  #generatedTokens = 0;
  #draftedTokens = 0;
  #acceptedTokens = 0;
  #forcedTokens = 0;

  constructor(parts: CoreParts) {
    const { backend } = parts;
    this.#backend = backend;
    this.#clock = parts.clock;
    this.#options = { ...DEFAULTS, ...parts.options };
    this.#cache = new KvCache({ backend, coldBytes: this.#options.coldBytes, idleCells: this.#options.idleCells });
    const kernel = parts.kernel ?? new SimdKernel(backend.vocabulary.size);
    this.#sequences = new SequenceFactory({ backend, kernel, clock: parts.clock });
    this.#builder = new BatchBuilder(backend.limits.batchTokens);
    this.#output = new GenerationOutput({
      vocabulary: backend.vocabulary,
      contextTokens: backend.limits.contextTokens,
      clock: parts.clock,
      emit: (output) => this.#outputs.push(output),
    });
    this.#pace = new PrefillPace({
      mostTokens: Math.min(this.#options.prefillTokens, backend.limits.batchTokens),
      stallMs: this.#options.stallMs,
    });
    const { sequences, batchTokens } = backend.limits;
    this.#sequencesAtOnce = Math.min(this.#options.runningSequences, sequences, batchTokens);
    this.#scheduler = new Scheduler({
      cache: this.#cache,
      limits: backend.limits,
      pace: this.#pace,
      draftPrice: this.#draftPrice,
      runningSequences: this.#sequencesAtOnce,
      draftTokens: this.#options.draftTokens,
    });
  }

  submit(id: number, request: CoreRequest): void {
    const waiting = this.status().waitingRequests;
    const refusal = refusalOf(request, {
      limits: this.#backend.limits,
      vocabularySize: this.#backend.vocabulary.size,
      isFull: waiting >= this.#options.waitingRequests,
    });
    if (refusal !== undefined) {
      this.#outputs.push({ id, error: refusal });
      return;
    }
    const owner: ActiveRequest = {
      id,
      request,
      arrival: this.#arrivals++,
      submittedMs: this.#clock.monotonicMs(),
      sequences: new Set(),
      isStarted: false,
    };
    try {
      for (const sequence of this.#sequences.create(owner)) owner.sequences.add(sequence);
    } catch (error) {
      this.#outputs.push({ id, error: errorOf(error) });
      return;
    }
    this.#requests.set(id, owner);
    this.#scheduler.share.enter(request.caller);
    for (const sequence of owner.sequences) this.#scheduler.add(sequence);
  }

  cancel(id: number): void {
    const owner = this.#requests.get(id);
    if (owner === undefined) return;
    this.#requests.delete(id);
    this.#scheduler.share.leave(owner.request.caller);
    for (const sequence of owner.sequences) this.#scheduler.remove(sequence);
  }

  step(): CoreOutput[] {
    this.#admit();
    const passes = this.#scheduler.plan(this.#clock.monotonicMs());
    if (passes.length === 0 && this.#scheduler.running.size === 1) this.#endStarved();
    for (const pass of passes) if (!this.#run(pass)) break;
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  hasWork(): boolean {
    return this.#requests.size > 0 || this.#outputs.length > 0;
  }

  prepareForms(): void {
    this.#sequences.prepareForms();
  }

  status(): CoreStatus {
    return {
      runningSequences: this.#scheduler.running.size,
      sequencesAtOnce: this.#sequencesAtOnce,
      waitingRequests: [...this.#requests.values()].filter((owner) => !owner.isStarted).length,
      cacheTokensUsed: this.#cache.usedCells,
      cacheTokensTotal: this.#backend.limits.cells,
      coldBytes: this.#cache.coldBytes,
      promptTokens: this.#promptTokens,
      cachedPromptTokens: this.#cachedPromptTokens,
      generatedTokens: this.#generatedTokens,
      draftedTokens: this.#draftedTokens,
      acceptedTokens: this.#acceptedTokens,
      forcedTokens: this.#forcedTokens,
      maskedTokens: this.#sequences.maskCounts.masked,
      optimisticTokens: this.#sequences.maskCounts.optimistic,
      preemptions: this.#scheduler.preemptions,
      passes: this.#passes,
    };
  }

  /** Throws when the cache's bookkeeping contradicts itself. */
  checkIntegrity(): void {
    this.#cache.checkIntegrity();
  }

  #admit(): void {
    for (const sequence of this.#scheduler.admit()) {
      const { owner } = sequence;
      sequence.admittedMs ??= this.#clock.monotonicMs();
      if (owner.isStarted) continue;
      owner.isStarted = true;
      const promptTokens = owner.request.prompt.length;
      this.#promptTokens += promptTokens;
      this.#cachedPromptTokens += sequence.computed;
      const event = { type: "started", promptTokens, cachedTokens: sequence.computed } as const;
      this.#outputs.push({ id: owner.id, event });
    }
  }

  /** One pass; false when it came to nothing. */
  #run(pass: readonly Slice[]): boolean {
    // An earlier pass of the step may have ended a sequence: a failure takes its siblings with it.
    const running = pass.filter(({ sequence }) => sequence.lease !== undefined);
    if (running.length === 0) return true;
    this.#backend.useAdapter(running[0]!.sequence.owner.request.adapter);
    const companion = running[0]!.isPadded ? this.#cache.companionOf(running[0]!.sequence.lease!) : undefined;
    const slices = companion === undefined ? running : running.map((slice) => ({ ...slice, drafts: NO_DRAFTS }));
    // Ids ascend within a pass of separate sequences; over shared cells a row that goes again comes last.
    const comesFirst = companion !== undefined && companion < slices[0]!.sequence.lease! && this.#isSeparate;
    if (comesFirst) this.#addCompany(companion);
    const firstRows = slices.map((slice) => this.#addRows(slice));
    if (companion !== undefined && !comesFirst) this.#addCompany(companion);
    const startMs = this.#clock.monotonicMs();
    const result = this.#backend.decode(this.#builder.batch);
    const rows = this.#builder.batch.length;
    this.#builder.clear();
    if (companion !== undefined) this.#backend.trimSequence(companion, 0);
    if (result !== "ok") {
      this.#recover(slices, result);
      return false;
    }
    const elapsedMs = this.#clock.monotonicMs() - startMs;
    if (rows >= TILE_TOKENS) this.#pace.observe(rows, elapsedMs);
    const [{ tokens, drafts, isPadded }, ...others] = slices as [Slice, ...Slice[]];
    if (others.length === 0 && tokens === 1) this.#draftPrice.observe(isPadded ? 0 : drafts.length, elapsedMs);
    this.#passes += 1;
    slices.forEach((slice, index) => this.#afterPass(slice, firstRows[index]!));
    return true;
  }

  /** Adds a row whose result nobody wants. */
  #addCompany(sequence: number): void {
    this.#builder.add({ sequence, position: 0, token: 0, wantsLogits: false });
  }

  get #isSeparate(): boolean {
    return this.#backend.limits.layout === "separate";
  }

  /** Adds the rows of a slice; returns where its logits will be: those of its last known token, then of each draft. */
  #addRows(slice: Slice): number {
    const { sequence, tokens, drafts } = slice;
    let firstRow = -1;
    for (let index = 0; index < tokens + drafts.length; index++) {
      const position = sequence.computed + index;
      const token = index < tokens ? sequence.tokens.at(position) : drafts[index - tokens]!;
      const wantsLogits = index >= tokens - 1 && tokens === sequence.pending;
      const row = this.#builder.add({ sequence: sequence.lease!, position, token, wantsLogits });
      if (firstRow < 0) firstRow = row;
    }
    return firstRow;
  }

  #afterPass(slice: Slice, firstRow: number): void {
    const { sequence, drafts, isPadded = false } = slice;
    const { lease } = sequence;
    if (lease === undefined) return;
    this.#scheduler.share.charge(sequence.owner.request.caller, slice.tokens);
    this.#cache.append(
      lease,
      sequence.tokens.view(sequence.computed, sequence.computed + slice.tokens),
      slice.tokens >= TILE_TOKENS,
    );
    this.#cache.append(lease, drafts);
    sequence.computed += slice.tokens;
    const guesses = isPadded ? 0 : drafts.length;
    sequence.draftedTokens += guesses;
    this.#draftedTokens += guesses;
    sequence.lastStep = this.#passes;
    if (firstRow < 0 && sequence.firstTokenMs === undefined) {
      this.#outputs.push({ id: sequence.owner.id, event: { type: "prefilled", tokens: sequence.computed } });
    }
    try {
      if (firstRow >= 0) asTramontaneError(() => this.#sampleRows(slice, firstRow));
    } catch (error) {
      this.#fail(sequence.owner, errorOf(error));
    }
    if (sequence.lease === lease) this.#cache.trim(lease, sequence.computed);
  }

  /** Draws from the row of the last known token, and on from a draft's as long as all that is known was drafted. */
  #sampleRows({ sequence, drafts, isPadded }: Slice, firstRow: number): void {
    const workBefore = sequence.sampler.work.ms;
    let accepted = 0;
    while (sequence.pending === 0) {
      const logits = this.#backend.logits(firstRow + accepted);
      const sample = sequence.sampler.sample(logits, this.#remainingTokens(sequence));
      if (sample === undefined) throw new TramontaneError("internal", "Nothing may follow: every token is forbidden.");
      const reason = this.#take(sequence, sample) ?? this.#takeForced(sequence);
      if (reason !== undefined) {
        this.#finish(sequence, reason);
        return;
      }
      while (sequence.pending > 0 && sequence.tokens.at(sequence.computed) === drafts[accepted]) {
        sequence.computed += 1;
        sequence.acceptedTokens += 1;
        this.#acceptedTokens += 1;
        accepted += 1;
      }
    }
    this.#restAfter(sequence, sequence.sampler.work.ms - workBefore);
    if (!isPadded) sequence.drafter.learn(drafts.length, accepted);
    this.#output.report(sequence);
  }

  /** A form that is dear to keep delays its own answer, so that it hardly delays the others'. */
  #restAfter(sequence: Sequence, workMs: number): void {
    if (workMs > DEAR_WORK_MS) sequence.restsUntilMs = this.#clock.monotonicMs() + RESTS_PER_WORK * workMs;
  }

  #remainingTokens(sequence: Sequence): number {
    return Math.min(sequence.allowance, this.#backend.limits.contextTokens - sequence.tokens.length);
  }

  #take(sequence: Sequence, sample: Sample): FinishReason | undefined {
    this.#generatedTokens += 1;
    this.#scheduler.share.charge(sequence.owner.request.caller, 1);
    return this.#output.accept(sequence, sample);
  }

  /** Takes the tokens that a constraint leaves no choice about; the next pass computes them together. */
  #takeForced(sequence: Sequence): FinishReason | undefined {
    let reason: FinishReason | undefined;
    for (const token of sequence.sampler.forcedTokens(this.#remainingTokens(sequence))) {
      this.#forcedTokens += 1;
      sequence.sampler.work.forcedTokens += 1;
      reason = this.#take(sequence, { token, ranked: undefined });
      if (reason !== undefined) break;
    }
    return reason;
  }

  #finish(sequence: Sequence, reason: FinishReason): void {
    const { owner } = sequence;
    this.#output.finish(sequence, reason);
    if (sequence.lease !== undefined) this.#cache.trim(sequence.lease, sequence.computed);
    this.#scheduler.remove(sequence);
    owner.sequences.delete(sequence);
    if (owner.sequences.size === 0) this.cancel(owner.id);
  }

  #fail(owner: ActiveRequest, error: TramontaneError): void {
    this.#outputs.push({ id: owner.id, error });
    this.cancel(owner.id);
  }

  /** A lone sequence that no cell is left for: the cache is its window. */
  #endStarved(): void {
    for (const sequence of this.#scheduler.running) this.#finish(sequence, "context");
  }

  /** The pass did nothing: make the batch smaller, or put the cache back to what is known. The next step tries again. */
  #recover(slices: readonly Slice[], result: "cache_full" | "aborted"): void {
    if (result === "aborted") {
      for (const { sequence } of slices) this.#backend.trimSequence(sequence.lease!, sequence.computed);
      return;
    }
    const isRelieved = this.#cache.dropIdle() || this.#scheduler.preemptLast();
    if (!isRelieved) this.#endStarved();
  }
}

/** What went wrong with one request, and with it alone. */
function errorOf(error: unknown): TramontaneError {
  if (error instanceof TramontaneError) return error;
  return new TramontaneError("internal", "The generation failed.", { cause: error });
}
