import { TramontaneError } from "#base";
import type { CancelSignal, Clock } from "#base";
import { PLAIN } from "#engine";
import type { EngineModel, GenerationRequest, PromptPart } from "#engine";
import type { Catalog } from "../catalog.ts";
import type { LoadedModel } from "../deployment.ts";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";
import { scoreLabels } from "./label-scores.ts";
import type { Step } from "./label-scores.ts";

/** A text and the rules it is held to. */
export interface Case {
  /** Canonical name or alias; undefined: the default model. */
  readonly model: string | undefined;
  /** One line each, in the order of their numbers. */
  readonly rules: readonly string[];
  readonly text: string;
  /** Lower goes first; see the engine. */
  readonly priority: number;
  readonly signal: CancelSignal;
}

export interface Judgement {
  /** Canonical name. */
  readonly model: string;
  /** How sure the model is that each rule is broken, in [0, 1]; per question, they and "none" add up to 1. */
  readonly scores: readonly number[];
  readonly promptTokens: number;
  readonly latencyMs: number;
}

export interface RuleJudge {
  /**
   * Errors: `invalid_model`, `capability_missing` for models of other servers, `payload_too_large` for a text of more than
   * 64 windows, those of the engine.
   */
  judge(asked: Case): Promise<Judgement>;
}

/** Rules asked about in one question; more go into further questions beside it. As many as there are digits. */
const RULES_PER_QUESTION = 10;
/** Tokens ranked per step: a model that wants to say something else has its labels far down. */
const RANKED_TOKENS = 100;
const LABEL_TOKENS = 12;
/** Texts longer than the model's window are judged in pieces; the worst piece counts. */
const MOST_PIECES = 64;
const CHARACTERS_PER_TOKEN = 8;
const CALLER = "policy";

/**
 * Asks a model which rule a text breaks. The answer can only be a rule's number or "none", whatever the text says; what
 * counts is the probability of each, not the answer drawn. The rules come first, so that their part of the prompt is
 * computed once and shared by all texts after it: further rules cost no further pass.
 */
export class RuleClassifier implements RuleJudge {
  readonly #catalog: Catalog;
  readonly #clock: Clock;

  constructor(parts: { readonly catalog: Catalog; readonly clock: Clock }) {
    this.#catalog = parts.catalog;
    this.#clock = parts.clock;
  }

  async judge(asked: Case): Promise<Judgement> {
    const began = this.#clock.monotonicMs();
    const deployment = asked.model === undefined ? this.#catalog.default : this.#catalog.resolve(asked.model);
    const { id, serves } = deployment.spec;
    if (deployment instanceof RemoteDeployment || !serves.chat) {
      throw new TramontaneError("capability_missing", `Rules cannot be judged by ${id}: its answers cannot be held`, {
        field: "model",
        hint: "Choose a chat model that this server runs itself.",
      });
    }
    const loaded = await deployment.loaded();
    const groups = inGroups(asked.rules);
    const answers = await Promise.all(groups.map((rules) => judgePieces(loaded, { ...asked, rules })));
    return {
      model: id,
      scores: answers.flatMap(({ scores }) => scores),
      promptTokens: answers.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
      latencyMs: this.#clock.monotonicMs() - began,
    };
  }
}

/** The words before the text; what the shipped models were trained on. */
export function instructionOf(rules: readonly string[]): string {
  const list = numbersOf(rules)
    .map((number, index) => `${number}. ${rules[index]!}`)
    .join("\n");
  return `Rules:\n${list}\nAnswer with the number of the rule that the message breaks, or none.`;
}

/**
 * What the rules of one question are called. Ten start at zero: as long as no number begins another, the first token of
 * the answer tells them all apart. With `1` and `10` it takes a second pass through the model.
 */
function numbersOf(rules: readonly string[]): readonly string[] {
  const first = rules.length === RULES_PER_QUESTION ? 0 : 1;
  return rules.map((_, index) => String(first + index));
}

function inGroups(rules: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(rules.length / RULES_PER_QUESTION);
  const size = Math.ceil(rules.length / Math.max(count, 1));
  return Array.from({ length: count }, (_, index) => rules.slice(index * size, (index + 1) * size));
}

interface Scored {
  readonly scores: readonly number[];
  readonly promptTokens: number;
}

async function judgePieces(loaded: LoadedModel, asked: Case): Promise<Scored> {
  const waiting = [asked.text];
  const scored: Scored[] = [];
  const isHopeless = loaded.engine.info.contextTokens * CHARACTERS_PER_TOKEN * MOST_PIECES < asked.text.length;
  while (waiting.length > 0) {
    if (isHopeless || waiting.length + scored.length > MOST_PIECES) {
      throw new TramontaneError("payload_too_large", "This text is too long to be judged by the policy's model");
    }
    const text = waiting.pop()!;
    const isSurelyTooLong = text.length > loaded.engine.info.contextTokens * CHARACTERS_PER_TOKEN;
    const result = isSurelyTooLong ? undefined : await judgeOne(loaded, { ...asked, text }).catch(unlessTooLong(text));
    if (result === undefined) waiting.push(...halves(text));
    else scored.push(result);
  }
  return {
    scores: asked.rules.map((_, index) => Math.max(...scored.map(({ scores }) => scores[index]!))),
    promptTokens: scored.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
  };
}

/** A single word that does not fit means that the rules themselves leave no room. */
function unlessTooLong(text: string) {
  return (error: unknown): undefined => {
    if (error instanceof TramontaneError && error.code === "prompt_too_long" && text.length > 64) return undefined;
    throw error;
  };
}

/** Cut at a space near the middle, where there is one. */
function halves(text: string): readonly [string, string] {
  const middle = Math.floor(text.length / 2);
  const space = text.indexOf(" ", middle);
  const at = space > 0 && space < middle + 200 ? space : middle;
  return [text.slice(0, at), text.slice(at)];
}

async function judgeOne({ engine, template }: LoadedModel, asked: Case): Promise<Scored> {
  const rendered = template.render({
    messages: [
      { role: "system", content: [{ type: "text", text: instructionOf(asked.rules) }] },
      { role: "user", text: asked.text },
    ],
    tools: [],
  });
  const numbers = numbersOf(asked.rules);
  let promptTokens = 0;
  const question = { prompt: rendered.parts, priority: asked.priority };
  const shares = await scoreLabels([...numbers, "none"], (labels) =>
    stepsOf(engine, { ...question, labels }, asked.signal, (tokens) => (promptTokens = tokens)),
  );
  return { scores: numbers.map((number) => shares.get(number)!), promptTokens };
}

interface Question {
  readonly prompt: readonly PromptPart[];
  readonly labels: readonly string[];
  readonly priority: number;
}

async function* stepsOf(
  engine: EngineModel,
  { prompt, labels, priority }: Question,
  signal: CancelSignal,
  onStarted: (promptTokens: number) => void,
): AsyncGenerator<Step> {
  const request: GenerationRequest = {
    ...PLAIN,
    prompt,
    maxTokens: LABEL_TOKENS,
    logprobs: RANKED_TOKENS,
    priority,
    caller: CALLER,
    constraint: { kind: "regex", pattern: ` ?(?:${labels.join("|")})` },
  };
  for await (const event of engine.generate(request, signal)) {
    if (event.type === "started") onStarted(event.promptTokens);
    if (event.type !== "text") continue;
    for (const drawn of event.logprobs ?? []) yield [drawn, ...drawn.top];
  }
}
