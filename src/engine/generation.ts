import type { ResponseForm, ToolProtocol } from "#grammar";

/**
 * A piece of a prompt. `control` names one control token of the model by its text (`[INST]`, `<|im_start|>`) and fails
 * when the vocabulary has none; `text` is plain text that can never become a control token. Every text part is tokenized
 * alone, with the dummy space of a SentencePiece vocabulary in front unless it is `glued`.
 */
export type PromptPart = { readonly kind: "control" | "text"; readonly text: string; readonly glued?: true };

/** How the next token is drawn from the logits. Order: bias and mask, penalties, temperature, top-k, top-p, min-p. */
export interface SamplingOptions {
  /** 0 is greedy, and top-p, top-k and min-p are then ignored. */
  readonly temperature: number;
  /** Keep the smallest set of tokens whose probability reaches this; (0, 1]. */
  readonly topP: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK: number;
  /** Drop tokens less likely than this fraction of the likeliest; [0, 1). */
  readonly minP: number;
  /** Subtracted once from the logit of every token already generated; [-2, 2]. */
  readonly presencePenalty: number;
  /** Subtracted per earlier occurrence from the logit of a generated token; [-2, 2]. */
  readonly frequencyPenalty: number;
  /** Added to single logits: token id → bias. */
  readonly logitBias: ReadonlyMap<number, number>;
  /** Choice i draws from (seed, i), whatever runs beside it; for equal logits under load see `isReproducible`. */
  readonly seed: bigint;
}

/** The likeliest token each time, with nothing else asked for. */
export const GREEDY: SamplingOptions = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  presencePenalty: 0,
  frequencyPenalty: 0,
  logitBias: new Map(),
  seed: 1n,
};

/** What every answer must be, exactly; enforced while it is generated. */
export type Constraint =
  /** Any JSON object. */
  | { readonly kind: "json_object" }
  /** A JSON text that is valid against the schema (drafts 4 to 2020-12). */
  | { readonly kind: "json_schema"; readonly schema: unknown }
  /** A text that the ECMA-262 pattern matches from end to end. */
  | { readonly kind: "regex"; readonly pattern: string }
  /** A text of a context-free grammar; see `compileEbnf` of the grammar floor. */
  | { readonly kind: "ebnf"; readonly grammar: string }
  /** Text, or calls of tools in the model's own format; see `compileToolCalls` of the grammar floor. */
  | {
      readonly kind: "tool_calls";
      readonly protocol: ToolProtocol;
      /** Around the calls of the protocol `marked`. */
      readonly marks?: { readonly open: AnswerMark; readonly close: AnswerMark } | undefined;
      readonly tools: readonly { readonly name: string; readonly parameters: unknown }[];
      readonly choice: "auto" | "none" | "required" | { readonly name: string };
      readonly parallel: boolean;
      /** What an answer that is no call must be. */
      readonly response?: ResponseForm | undefined;
      /** How a thought may come first; undefined: none may. */
      readonly thought?: AnswerThought | undefined;
    };

/** A text that sets something apart in an answer; `control`: it is a control token. */
export interface AnswerMark {
  readonly text: string;
  readonly control: boolean;
}

export interface AnswerThought {
  readonly open: AnswerMark;
  readonly close: AnswerMark;
  /** The prompt opened it, so that the answer begins inside. */
  readonly startsOpen: boolean;
  readonly padded: boolean;
}

/**
 * What becomes of an answer under a constraint when its tokens run out. `when_possible` (default): it is steered to be
 * complete in time, and cut only where not even the shortest answer fits. `required`: where none fits, the request is
 * refused. `never`: it is cut, as free text is.
 */
export type Closing = "when_possible" | "required" | "never";

/** One request to the engine, in native types: everything is validated before it gets here. */
export interface GenerationRequest {
  readonly prompt: readonly PromptPart[];
  /** How many independent answers; the prompt is computed once. */
  readonly choices: number;
  /** Tokens to generate at most, per choice; undefined: until the context is full. */
  readonly maxTokens: number | undefined;
  /** End-of-sequence is forbidden before this many tokens. */
  readonly minTokens: number;
  readonly sampling: SamplingOptions;
  /** The caller chose the seed and wants the same bytes alone and under load, at the price of a second row when alone. */
  readonly isReproducible?: boolean | undefined;
  /** Generation ends before the first of these texts, wherever token boundaries fall. */
  readonly stop: readonly string[];
  /** How many alternatives to report per token (0: only the chosen one); undefined: no log probabilities. */
  readonly logprobs: number | undefined;
  /** Text the answer probably repeats: proposed as draft tokens, never changes the result. */
  readonly prediction: string | undefined;
  /** Lower runs first; 0 is interactive, 10 is batch. */
  readonly priority: number;
  /** Whom fairness counts this request for. */
  readonly caller: string;
  /** Name of a loaded LoRA adapter; undefined: the base model. */
  readonly adapter: string | undefined;
  /** Answers are of this form; undefined: free text. */
  readonly constraint?: Constraint | undefined;
  /** What of the answer stands at the end of the prompt already: the constraint takes it as written. */
  readonly answerPrefix?: string | undefined;
  readonly closing?: Closing | undefined;
  /** Nobody reads the text before the answer is whole: it comes in few pieces, which costs others less. */
  readonly isReadWhole?: boolean | undefined;
  /** How long compiling the constraint took elsewhere, milliseconds: what is dear waits, so that others do not. */
  readonly compileMs?: number | undefined;
}

/** One greedy answer for whoever waits, with nothing else asked for; the rest of a request names what is asked and by whom. */
export const PLAIN = {
  choices: 1,
  minTokens: 0,
  sampling: GREEDY,
  stop: [],
  logprobs: undefined,
  prediction: undefined,
  priority: 0,
  adapter: undefined,
} as const satisfies Omit<GenerationRequest, "prompt" | "maxTokens" | "caller">;

export interface TokenLogprob {
  readonly token: number;
  readonly bytes: Uint8Array;
  readonly logprob: number;
  readonly top: readonly { readonly token: number; readonly bytes: Uint8Array; readonly logprob: number }[];
}

export type FinishReason =
  /** The model ended its turn, or a stop text matched. */
  | "stop"
  /** `maxTokens` reached. */
  | "length"
  /** The context window is full. */
  | "context";

/** What a generation says while it runs. `started` comes first, one `finished` per choice comes last. */
export type GenerationEvent =
  | { readonly type: "started"; readonly promptTokens: number; readonly cachedTokens: number }
  /** After each pass but the last over a long prompt: how much of it is worked through, cached tokens included. */
  | { readonly type: "prefilled"; readonly tokens: number }
  /** Whole code points only. `tokens` is how many tokens became final since the last event of this choice. */
  | {
      readonly type: "text";
      readonly choice: number;
      readonly text: string;
      readonly tokens: number;
      readonly logprobs?: readonly TokenLogprob[];
    }
  /** The model emitted a control token that does not end the turn, such as `[TOOL_CALLS]`. */
  | { readonly type: "control"; readonly choice: number; readonly text: string }
  | {
      readonly type: "finished";
      readonly choice: number;
      readonly reason: FinishReason;
      /** All tokens generated for this choice, the end-of-sequence token included. */
      readonly completionTokens: number;
      /** Under a `tool_calls` constraint, what the answer consists of, in order; the syntax between is left out. */
      readonly parts?: readonly AnswerPart[];
      readonly timings: GenerationTimings;
      /** Under a constraint. */
      readonly form?: FormStatistics | undefined;
    };

/** What keeping one choice to its form took. */
export interface FormStatistics {
  /** Time for masks and steps of the grammar, milliseconds. */
  readonly ms: number;
  /** Tokens that came without asking the model, since nothing else was possible. */
  readonly forcedTokens: number;
  /** Whether the answer was brought to its end because its tokens ran out. */
  readonly wasHurried: boolean;
}

/** Before a mark that is text, a part may end with the mark's beginning: it was read as words until the mark was whole. */
export interface AnswerPart {
  readonly kind: "content" | "thinking" | "call_name" | "call_arguments" | "call_id";
  readonly text: string;
}

/** Where the time of one choice went, in milliseconds. */
export interface GenerationTimings {
  readonly queueMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** Draft tokens proposed and accepted by speculation. */
  readonly draftedTokens: number;
  readonly acceptedTokens: number;
}
