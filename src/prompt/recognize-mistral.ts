import type { TemplateSource } from "./template-source.ts";
import type { MistralVersion } from "./templates/mistral-generation.ts";

/** A generation of Mistral's format, and what it was recognized by. */
export interface RecognizedMistral {
  readonly version: MistralVersion;
  readonly reason: string;
}

/**
 * Tells Mistral's generations by the control tokens that only they have. Where two generations share their tokens, the
 * file's own template decides; without one, the later of v2 and v3, and v13 where `[THINK]` exists, else v11.
 */
export function recognizeMistral(model: TemplateSource): RecognizedMistral | undefined {
  const { chatTemplate: template } = model;
  const has = (token: string): boolean => model.controlTokens.includes(token);
  // Models tuned from Mistral's keep its tokens, but speak as their own template says.
  if (template !== undefined && !template.includes("[INST]")) return undefined;
  if (!has("[INST]") || !has("[TOOL_CALLS]")) return recognizeFirst(model);
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

/** The first generation wrote `[INST]` as plain text, so that only the name can tell it. */
function recognizeFirst({
  name,
  architecture,
  chatTemplate,
  controlTokens,
}: TemplateSource): RecognizedMistral | undefined {
  const named = /mi[sx]tral/iu.test(`${name} ${architecture}`);
  const special = controlTokens.some((token) => !["<unk>", "<s>", "</s>", "<pad>"].includes(token));
  if (!named || special || chatTemplate?.includes("<<SYS>>")) return undefined;
  return { version: "v1", reason: "its name says Mistral, and it has no control tokens but the ends of text" };
}
