/**
 * A piece of a prompt, in the engine's own shape. `control` names one control token of the model by its text; `text` is
 * plain text that can never become one. Every text part is tokenized alone: two neighbours never merge across their
 * border, and a SentencePiece vocabulary puts its dummy space before each of them unless the part is `glued`.
 */
export interface PromptPart {
  readonly kind: "control" | "text";
  readonly text: string;
  /** Text that continues what stands before it: no SentencePiece dummy space. Without meaning elsewhere. */
  readonly glued?: true;
}

/** One control token of the model. */
export function control(text: string): PromptPart {
  return { kind: "control", text };
}

/** Plain text; the empty text is no part at all. */
export function plain(text: string): readonly PromptPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** Plain text without the dummy space. */
export function glued(text: string): readonly PromptPart[] {
  return text === "" ? [] : [{ kind: "text", text, glued: true }];
}
