import type { GrammarErrorCode } from "#grammar";

/** What an answer's form is written in. */
export type FormSource =
  | { readonly kind: "json_schema"; readonly schema: unknown }
  /** An ECMA-262 pattern for the whole answer. */
  | { readonly kind: "regex"; readonly pattern: string }
  /** A grammar in EBNF for the whole answer. */
  | { readonly kind: "ebnf"; readonly grammar: string };

/** Why a form cannot be enforced; see `GrammarError`. */
export interface FormProblem {
  readonly code: GrammarErrorCode;
  readonly message: string;
  readonly pointer?: string | undefined;
  readonly keyword?: string | undefined;
}

export interface FormVerdict {
  /** Undefined: the form can be enforced. */
  readonly problem?: FormProblem;
  /** What compiling it took, milliseconds: what it will take again in the model's process. */
  readonly compileMs: number;
}
