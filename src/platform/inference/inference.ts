import type { Clock, Random } from "#base";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatRequest,
  ClassificationResponse,
  Dialect,
  EmbeddingRequest,
  EmbeddingResponse,
  FimRequest,
  ModerationRequest,
  ModerationResponse,
  TextCompletionRequest,
} from "#protocol";
import type { Closing } from "#engine";
import type { Catalog } from "../catalog.ts";
import { FormChecker } from "../forms/form-checker.ts";
import type { Call, Gate } from "./call.ts";
import { startChat } from "./chat.ts";
import { buildChunks } from "./chunks.ts";
import type { AnswerFrame } from "./chunks.ts";
import { collectCompletion } from "./completion.ts";
import { embed } from "./embed.ts";
import { startFim } from "./fim.ts";
import type { InferenceObserver } from "./observe.ts";
import type { ModelNames } from "../models/model-names.ts";
import { classify, moderate } from "../moderation/moderate.ts";
import type { PolicyGuard } from "../policies/policy-guard.ts";
import { RuleClassifier } from "../policies/rule-classifier.ts";
import type { RuleJudge } from "../policies/rule-classifier.ts";
import { startText } from "./text.ts";
import type { Turn } from "./turn.ts";

/** An answer that is about to come: what its parts share, and its parts, in lists of those that come together. */
export interface AnswerStream {
  readonly frame: AnswerFrame;
  readonly chunks: AsyncIterable<readonly ChatCompletionChunk[]>;
}

/**
 * The models' use cases. Streams report what goes wrong before the first chunk by rejecting their first step. All
 * errors are TramontaneErrors; when the call's signal aborts, its reason is thrown.
 */
export interface Inference {
  chat(request: ChatRequest, call: Call): Promise<ChatCompletion>;
  streamChat(request: ChatRequest, call: Call): Promise<AnswerStream>;
  fim(request: FimRequest, call: Call): Promise<ChatCompletion>;
  streamFim(request: FimRequest, call: Call): Promise<AnswerStream>;
  continueText(request: TextCompletionRequest, call: Call): Promise<ChatCompletion>;
  streamText(request: TextCompletionRequest, call: Call): Promise<AnswerStream>;
  embed(request: EmbeddingRequest, call: Call): Promise<EmbeddingResponse>;
  moderate(request: ModerationRequest, call: Call): Promise<ModerationResponse>;
  classify(request: ModerationRequest, call: Call): Promise<ClassificationResponse>;
}

export interface InferenceParts {
  readonly catalog: Catalog;
  /** Names that workspaces have of their own; undefined: none. */
  readonly names?: Pick<ModelNames, "of"> | undefined;
  readonly clock: Clock;
  /** Seeds of requests that bring none. */
  readonly random: Random;
  /** 32 hexadecimal digits, new each time. */
  readonly newId: () => string;
  readonly observer: InferenceObserver;
  readonly gate: Gate;
  /** Holds requests to the policies of their workspaces; undefined: there are none. */
  readonly policies?: PolicyGuard | undefined;
  /** Judges texts in place of the models here. */
  readonly judge?: RuleJudge | undefined;
  /** Lower numbers go first, and push the others aside; normally 0. */
  readonly priority?: number;
  /** Checks forms for all who share it; undefined: one of its own. */
  readonly forms?: FormChecker;
  /** What becomes of an answer of a form when its tokens run out, where a request does not say it. */
  readonly closing?: Closing;
}

/** The parts, and what inference makes for itself. */
export interface InferenceContext extends InferenceParts {
  readonly forms: FormChecker;
  readonly judge: RuleJudge;
}

/** A turn under way: started by a use case, read by whoever shapes the answer. */
export interface StartedTurn {
  readonly frame: AnswerFrame;
  readonly choices: number;
  readonly dialect: Dialect;
  readonly events: Turn;
}

export function createInference(given: InferenceParts): Inference {
  const parts: InferenceContext = {
    ...given,
    forms: given.forms ?? new FormChecker(),
    judge: given.judge ?? new RuleClassifier(given),
  };
  const stream = ({ events, frame, choices, dialect }: StartedTurn, includeUsage: boolean): AnswerStream => ({
    frame,
    chunks: buildChunks(events, { frame, choices, dialect, includeUsage }),
  });
  const collect = (turn: StartedTurn) => collectCompletion(turn.events, turn);
  return {
    chat: async (request, call) => collect(await startChat(parts, asked(request, false), call)),
    streamChat: async (request, call) =>
      stream(await startChat(parts, asked(request, true), call), request.includeUsage),
    fim: async (request, call) => collect(await startFim(parts, request, call)),
    streamFim: async (request, call) => stream(await startFim(parts, request, call), request.includeUsage),
    continueText: async (request, call) => collect(await startText(parts, request, call)),
    streamText: async (request, call) => stream(await startText(parts, request, call), request.includeUsage),
    embed: (request, call) => embed(parts, request, call),
    moderate: (request, call) => moderate(parts, request, call),
    classify: (request, call) => classify(parts, request, call),
  };
}

/** A request that says how its answer is read: what was asked of the door may differ. */
const asked = (request: ChatRequest, stream: boolean): ChatRequest =>
  request.stream === stream ? request : { ...request, stream };
