import type { CancelSignal } from "#base";
import type {
  Closing,
  Constraint,
  EngineModel,
  GenerationEvent,
  GenerationRequest,
  PromptPart,
  SamplingOptions,
} from "#engine";
import type { AnswerReaderParts } from "#prompt";
import type { SamplingWishes } from "#protocol";
import type { Deployment, LoadedModel } from "../deployment.ts";
import { UNLIMITED } from "./call.ts";
import type { Call, Operation, RequestSize } from "./call.ts";
import type { InferenceContext, InferenceParts, StartedTurn } from "./inference.ts";
import { observeTurn } from "./observe.ts";
import { readTurn } from "./turn.ts";
import { beginWatch } from "./under-policy.ts";
import type { Watched } from "./under-policy.ts";

/** What chat and fill-in-the-middle agree on once the prompt is made. */
export interface TurnPlan extends Watched {
  readonly operation: Operation;
  readonly model: string;
  readonly deployment: Deployment;
  readonly loaded: LoadedModel;
  readonly prompt: readonly PromptPart[];
  readonly prefix: string | undefined;
  readonly dropsFirstSpace: boolean;
  readonly reading: AnswerReaderParts | undefined;
  readonly sampling: SamplingWishes;
  readonly choices: number;
  readonly maxTokens: number | undefined;
  readonly minTokens: number;
  readonly stop: readonly string[];
  readonly logprobs: number | undefined;
  readonly prediction: string | undefined;
  /** Whether the answer is read piece by piece. */
  readonly stream: boolean;
  readonly constraint: Constraint | undefined;
  /** What compiling the constraint took, milliseconds. */
  readonly compileMs?: number;
  readonly closing?: Closing | undefined;
}

/** Twice what the engine runs at once: it still chooses whom to batch with whom, and the rest waits where turns are fair. */
const LOCAL_SLOTS = 32;

/** Admits the caller and starts generating. Errors: those of the gate; the engine's come with the first event. */
export async function startTurn(parts: InferenceContext, plan: TurnPlan, call: Call): Promise<StartedTurn> {
  const { deployment, operation, choices, prefix, dropsFirstSpace, reading } = plan;
  const { dialect, signal, reportTokens } = call;
  const { id } = deployment.spec;
  const admission = await parts.gate.admit({
    call,
    deployment: id,
    operation,
    size: sizeOf(plan),
    slots: LOCAL_SLOTS,
  });
  call.reportLimits?.(admission.limits ?? UNLIMITED);
  const request = toGenerationRequest(parts, plan, call);
  const watch = await beginWatch(parts, call, plan);
  const turn = watch.afterCheck(() => {
    const events = runEngine(plan.loaded.engine, request, call.signal);
    return readTurn(events, { choices, prefix, dropsFirstSpace, reading, dialect, signal });
  });
  const { clock, observer } = parts;
  const about = { operation, deployment: id, choices } as const;
  const events = observeTurn(turn, { clock, observer, ...about, admission, signal, reportTokens });
  return {
    frame: { id: parts.newId(), created: Math.floor(clock.nowMs() / 1000), model: plan.model, watch },
    choices,
    dialect,
    events: watch.watch(events),
  };
}

function sizeOf({ prompt, loaded, choices, maxTokens }: TurnPlan): RequestSize {
  const { engine } = loaded;
  return {
    promptBytes: prompt.reduce((sum, part) => sum + Buffer.byteLength(part.text), 0),
    countPrompt: async () => (await engine.tokenize(prompt)).length,
    maxOutputTokens: choices * Math.min(maxTokens ?? Number.POSITIVE_INFINITY, engine.info.contextTokens),
    isOutputBounded: maxTokens !== undefined,
  };
}

function toGenerationRequest(parts: InferenceParts, plan: TurnPlan, call: Call): GenerationRequest {
  return {
    prompt: plan.prompt,
    choices: plan.choices,
    maxTokens: plan.maxTokens,
    minTokens: plan.minTokens,
    sampling: toSamplingOptions(parts, plan),
    isReproducible: plan.sampling.seed !== undefined,
    stop: plan.stop,
    logprobs: plan.logprobs,
    prediction: plan.prediction,
    priority: parts.priority ?? 0,
    caller: call.caller.organizationId,
    adapter: undefined,
    isReadWhole: !plan.stream,
    constraint: plan.constraint,
    ...(plan.constraint ? { compileMs: plan.compileMs, closing: plan.closing, answerPrefix: plan.prefix } : {}),
  };
}

function toSamplingOptions({ random }: InferenceParts, { sampling, deployment }: TurnPlan): SamplingOptions {
  return {
    temperature: sampling.temperature ?? deployment.spec.defaultTemperature,
    // Zero would keep nothing: it means the likeliest token alone.
    topP: Math.max(sampling.topP, 1e-6),
    topK: 0,
    minP: 0,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    logitBias: sampling.logitBias,
    seed: sampling.seed ?? BigInt(Math.floor(random.next() * 2 ** 53)),
  };
}

function runEngine(
  engine: EngineModel,
  request: GenerationRequest,
  signal: CancelSignal,
): AsyncIterable<GenerationEvent> {
  return request.maxTokens === 0 ? answerNothing(engine, request) : engine.generate(request, signal);
}

/** `max_tokens: 0` costs the prompt and says nothing. */
async function* answerNothing(engine: EngineModel, request: GenerationRequest): AsyncGenerator<GenerationEvent> {
  const { length: promptTokens } = await engine.tokenize(request.prompt);
  yield { type: "started", promptTokens, cachedTokens: 0 };
  const timings = { queueMs: 0, prefillMs: 0, decodeMs: 0, draftedTokens: 0, acceptedTokens: 0 };
  for (let choice = 0; choice < request.choices; choice += 1) {
    yield { type: "finished", choice, reason: "length", completionTokens: 0, timings };
  }
}
