import type { Clock } from "#base";
import { TramontaneError } from "#base";
import { Template } from "@huggingface/jinja";
import type { ChatTemplate, RenderedPrompt, TemplateCapabilities } from "../chat-template.ts";
import { spokenText } from "../conversation.ts";
import type { Conversation } from "../conversation.ts";
import { chooseInfill, refuseInfill } from "../infill.ts";
import { normalizeMessages, SEPARATOR } from "../normalize.ts";
import type { NormalizedMessage } from "../normalize.ts";
import type { PromptPart } from "../segment.ts";
import { refuseTools } from "../templates/refuse-tools.ts";
import { ControlMask } from "./control-mask.ts";
import { formatDate } from "./format-date.ts";
import { jinjaContext } from "./jinja-context.ts";
import type { JinjaContext } from "./jinja-context.ts";
import { canAsk, probeCapabilities } from "./probe.ts";
import { runTemplate } from "./run-template.ts";

export interface JinjaParts {
  /** The template's source, as the model file carries it. */
  readonly source: string;
  readonly reason: string;
  readonly controlTokens: readonly string[];
  readonly beginOfSequence: string | undefined;
  readonly endOfSequence: string | undefined;
  /** The engine puts the begin-of-sequence token first, so the prompt must not. */
  readonly addsBeginOfSequence: boolean;
  /** For templates that state the date; undefined: they fall back to the date written in them. */
  readonly clock: Clock | undefined;
}

/** How one rendering ends. */
export type Ending = "generation" | "open";

/**
 * A model's own Jinja template. Errors of the constructor: `model_file_invalid` when the source is no usable template.
 * Numbers in tool schemas and arguments pass through as JavaScript numbers.
 */
export class JinjaTemplate implements ChatTemplate {
  readonly name = "jinja";
  readonly reason: string;
  readonly capabilities: TemplateCapabilities;
  readonly stop: readonly string[] = [];
  readonly renderInfill: ChatTemplate["renderInfill"];
  readonly #parts: JinjaParts;
  readonly #template: Template;

  constructor(parts: JinjaParts) {
    this.#parts = parts;
    this.reason = parts.reason;
    this.#template = compile(parts.source);
    const infill = chooseInfill(parts.controlTokens);
    this.renderInfill = infill ?? refuseInfill;
    const probe = {
      source: parts.source,
      controlTokens: parts.controlTokens,
      render: (context: JinjaContext, ending: Ending) => this.#run(context, ending),
    };
    if (!canAsk(probe)) {
      throw new TramontaneError("model_file_invalid", "The model's chat template cannot write down a simple question");
    }
    this.capabilities = { ...probeCapabilities(probe), infill: infill !== undefined };
  }

  render(conversation: Conversation): RenderedPrompt {
    if (this.capabilities.toolCalls === undefined) refuseTools(conversation);
    const messages = this.#normalize(conversation);
    const seen = JSON.stringify(jinjaContext(conversation, messages, { hide: same, hideDeep: same }));
    const mask = new ControlMask(this.#parts.controlTokens, seen + this.#parts.source);
    const context = jinjaContext(conversation, messages, mask);
    const last = messages.at(-1);
    if (last?.role !== "assistant") {
      const parts = this.#finish(mask.split(this.#run(context, "generation", mask)));
      return { parts, prefix: undefined, dropsFirstSpace: parts.at(-1)?.kind === "control" };
    }
    const prefix = spokenText(last.content);
    const parts = this.#finish(mask.split(this.#continued(context, mask, prefix)));
    return { parts, prefix, dropsFirstSpace: false };
  }

  /** Renders up to the end of the last message, so that the model continues it. */
  #continued(context: JinjaContext, mask: ControlMask, prefix: string): string {
    const earlier = context.messages.slice(0, -1);
    const marked = { ...context.messages.at(-1), content: mask.hide(prefix) + mask.marker };
    const output = this.#run({ ...context, messages: [...earlier, marked] }, "open", mask);
    const end = output.indexOf(mask.marker);
    if (end >= 0 && end === output.lastIndexOf(mask.marker)) return output.slice(0, end);
    return this.#run({ ...context, messages: earlier }, "generation", mask) + mask.hide(prefix);
  }

  #run(context: JinjaContext, ending: Ending, mask?: ControlMask): string {
    const { beginOfSequence, endOfSequence, clock } = this.#parts;
    const now = clock === undefined ? undefined : (format: string) => formatDate(clock.nowMs(), format);
    try {
      return runTemplate(this.#template, {
        ...context.settings,
        messages: context.messages,
        tools: context.tools,
        add_generation_prompt: ending === "generation",
        bos_token: beginOfSequence ?? "",
        eos_token: endOfSequence ?? "",
        strftime_now: now,
      });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new TramontaneError("invalid_request", mask?.reveal(words) ?? words, {
        cause: error,
        field: "messages",
        hint: "The model's own chat template refused this conversation.",
      });
    }
  }

  #normalize(conversation: Conversation): readonly NormalizedMessage[] {
    const messages = normalizeMessages(conversation, {
      system: "first",
      keepsThinking: this.capabilities.thinking !== undefined,
      speaksWithCalls: true,
      ordersResults: true,
    });
    const [system, ...rest] = messages;
    if (this.capabilities.system || system?.role !== "system") return messages;
    const text = spokenText(system.content);
    const [first, ...others] = rest;
    if (first?.role !== "user") return [{ role: "user", text }, ...rest];
    return [{ role: "user", text: text + SEPARATOR + first.text }, ...others];
  }

  /** Drops the first begin-of-sequence where the engine adds it. */
  #finish(parts: readonly PromptPart[]): readonly PromptPart[] {
    const [first, ...rest] = parts;
    const doubled = first?.kind === "control" && first.text === this.#parts.beginOfSequence;
    return doubled && this.#parts.addsBeginOfSequence ? rest : parts;
  }
}

function same<T>(value: T): T {
  return value;
}

function compile(source: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    throw new TramontaneError("model_file_invalid", `The model's chat template is not valid Jinja: ${String(error)}`, {
      cause: error,
    });
  }
}
