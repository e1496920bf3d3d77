/** What the engine says of one choice: text, and control tokens that do not end the turn. */
export type AnswerInput =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "control"; readonly text: string };

/** A whole call the model made. */
export interface AnsweredCall {
  /** Nine letters or digits. */
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, `", "` and `": "` between things. */
  readonly argumentsJson: string;
}

/** A model's answer as conversation. */
export type AnswerEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "thinking-closed" }
  | { readonly type: "tool-call"; readonly call: AnsweredCall };
