import type { Clock } from "#base";
import type { ChatTemplate } from "./chat-template.ts";
import { JinjaTemplate } from "./jinja/jinja-template.ts";
import { control } from "./segment.ts";
import type { PromptPart } from "./segment.ts";
import { ChatMlTemplate } from "./templates/chatml.ts";
import { MistralTemplate } from "./templates/mistral.ts";
import type { MistralVersion } from "./templates/mistral-generation.ts";

/** What a model says of itself, as far as its prompt format goes; the engine's `ModelInfo` fits. */
export interface TemplateSource {
  readonly name: string;
  readonly architecture: string;
  /** The model file's own Jinja template. */
  readonly chatTemplate: string | undefined;
  readonly controlTokens: readonly string[];
  readonly beginOfSequence: string | undefined;
  readonly endOfSequence: string | undefined;
  readonly addsBeginOfSequence: boolean;
}

/**
 * Finds the prompt format of a model: Mistral's generations by their control tokens, any other model through its own
 * template, models without one by what their control tokens tell. `reason` of the result says which and why.
 */
export function chooseTemplate(model: TemplateSource, clock?: Clock): ChatTemplate {
  const { chatTemplate, controlTokens } = model;
  const start = startParts(model);
  const generation = recognizeMistral(model);
  if (generation !== undefined) return new MistralTemplate({ ...generation, controlTokens, start });
  if (chatTemplate !== undefined) {
    const reason = "the model file brings its own Jinja template";
    return new JinjaTemplate({ ...model, source: chatTemplate, reason, clock });
  }
  const reason = "the model file has no chat template, but the control tokens of ChatML";
  return new ChatMlTemplate({ reason, controlTokens, start });
}

/** The begin-of-sequence token, where the model wants one and the engine does not add it. */
function startParts({ addsBeginOfSequence, beginOfSequence }: TemplateSource): readonly PromptPart[] {
  return addsBeginOfSequence || beginOfSequence === undefined ? [] : [control(beginOfSequence)];
}

function recognizeMistral(model: TemplateSource): { version: MistralVersion; reason: string } | undefined {
  const has = (token: string): boolean => model.controlTokens.includes(token);
  const template = model.chatTemplate;
  if (isFirstMistral(model))
    return { version: "v1", reason: "its name says Mistral, and it has no control tokens but the ends of text" };
  if (!has("[INST]") || !has("[TOOL_CALLS]") || (template !== undefined && !template.includes("[INST]")))
    return undefined;
  if (has("[MODEL_SETTINGS]")) return { version: "v15", reason: "control tokens [INST] and [MODEL_SETTINGS]" };
  if (has("[ARGS]")) {
    const writesIds = template === undefined ? !has("[THINK]") : template.includes("[CALL_ID]");
    return writesIds
      ? { version: "v11", reason: "control tokens [INST] and [ARGS], calls carry [CALL_ID]" }
      : { version: "v13", reason: "control tokens [INST] and [ARGS], calls carry no id" };
  }
  if (has("[SYSTEM_PROMPT]")) return { version: "v7", reason: "control tokens [INST] and [SYSTEM_PROMPT], no [ARGS]" };
  const writesIds = template === undefined || !template.includes("[TOOL_RESULTS]") || template.includes("call_id");
  return writesIds
    ? { version: "v3", reason: "control tokens [INST] and [TOOL_CALLS], no [SYSTEM_PROMPT]" }
    : { version: "v2", reason: "control tokens [INST] and [TOOL_CALLS], and a template without call ids" };
}

/** The first generation wrote `[INST]` as plain text, so that only the name and the template can tell it. */
function isFirstMistral({ name, architecture, chatTemplate, controlTokens }: TemplateSource): boolean {
  const named = /mi[sx]tral/iu.test(`${name} ${architecture}`);
  const special = controlTokens.some((token) => !["<unk>", "<s>", "</s>", "<pad>"].includes(token));
  return named && !special && (chatTemplate === undefined || chatTemplate.includes("[INST]"));
}
