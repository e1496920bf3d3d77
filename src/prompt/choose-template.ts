import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { ChatTemplate } from "./chat-template.ts";
import { JinjaTemplate } from "./jinja/jinja-template.ts";
import { recognizeMistral } from "./recognize-mistral.ts";
import { control } from "./segment.ts";
import type { TemplateSource } from "./template-source.ts";
import { ChatMlTemplate } from "./templates/chatml.ts";
import type { FamilyParts } from "./templates/family.ts";
import { Llama2Template } from "./templates/llama2.ts";
import { Llama3Template } from "./templates/llama3.ts";
import { MistralTemplate } from "./templates/mistral.ts";
import { TranscriptTemplate } from "./templates/transcript.ts";

/**
 * Finds the prompt format of a model: Mistral's generations by their control tokens, any other model through its own
 * template, models without one by what their control tokens tell. `reason` of the result says which and why. `clock` is
 * for templates that state the date. Never fails: at worst the conversation is written out as a dialogue.
 */
export function chooseTemplate(model: TemplateSource, clock?: Clock): ChatTemplate {
  const parts = familyParts(model);
  const mistral = recognizeMistral(model);
  if (mistral !== undefined) return new MistralTemplate({ ...parts, ...mistral });
  if (model.chatTemplate === undefined) return chooseFamily(model, parts, "the model file has no chat template");
  try {
    const reason = "the model file brings its own Jinja template";
    return new JinjaTemplate({ ...model, source: model.chatTemplate, reason, clock });
  } catch (error) {
    if (!(error instanceof TramontaneError)) throw error;
    return chooseFamily(model, parts, error.message);
  }
}

function familyParts({ addsBeginOfSequence, beginOfSequence, controlTokens }: TemplateSource): FamilyParts {
  const start = addsBeginOfSequence || beginOfSequence === undefined ? [] : [control(beginOfSequence)];
  return { reason: "", controlTokens, start };
}

/** `because`: why the model's own template is not used. */
function chooseFamily(model: TemplateSource, parts: FamilyParts, because: string): ChatTemplate {
  const has = (...tokens: string[]): boolean => tokens.every((token) => model.controlTokens.includes(token));
  if (has("<|im_start|>", "<|im_end|>")) {
    return new ChatMlTemplate({ ...parts, reason: `${because}; control tokens <|im_start|> and <|im_end|>` });
  }
  if (has("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")) {
    return new Llama3Template({ ...parts, reason: `${because}; control tokens <|start_header_id|> and <|eot_id|>` });
  }
  if (/llama-?2.*chat/iu.test(model.name) && has("<s>", "</s>")) {
    return new Llama2Template({ ...parts, reason: `${because}; its name says Llama 2 chat` });
  }
  return new TranscriptTemplate({ ...parts, reason: `${because}, and no known control tokens: a written dialogue` });
}
