import { TramontaneError } from "#base";
import type { Vocabulary } from "../backend/backend.ts";
import type { PromptPart } from "../generation.ts";

/**
 * Token ids of a prompt, begin-of-sequence first when the tokenizer wants one and the prompt does not bring it.
 * Throws `invalid_request` when a control token does not exist.
 */
export function tokenizePrompt(vocabulary: Vocabulary, prompt: readonly PromptPart[]): Int32Array {
  const tokens: number[] = [];
  for (const part of prompt) {
    if (part.kind === "control") tokens.push(findControl(vocabulary, part.text));
    else for (const token of vocabulary.tokenize(part.text, { dummySpace: !part.glued })) tokens.push(token);
  }
  const begin = vocabulary.beginOfSequence;
  if (vocabulary.addsBeginOfSequence && begin !== undefined && tokens[0] !== begin) tokens.unshift(begin);
  return Int32Array.from(tokens);
}

function findControl(vocabulary: Vocabulary, text: string): number {
  const token = vocabulary.controlToken(text);
  if (token !== undefined) return token;
  throw new TramontaneError("invalid_request", `The model has no control token ${text}.`, {
    hint: "Choose a chat template that fits the model.",
  });
}
