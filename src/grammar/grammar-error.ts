/** Why a grammar was refused. */
export type GrammarErrorCode =
  /** The source is not a schema, pattern or grammar at all. */
  | "malformed"
  /** A construct that cannot be enforced exactly, nor narrowed to something satisfiable. */
  | "unsupported"
  /** No text at all satisfies it. */
  | "unsatisfiable"
  /** It would cost more than the caps allow. */
  | "too_large";

interface GrammarErrorParts {
  readonly code: GrammarErrorCode;
  readonly reason: string;
  /** JSON pointer to the place in the source, `""` for the whole; undefined when the source is not JSON. */
  readonly pointer?: string | undefined;
  /** The JSON Schema keyword at fault, or the construct of another source (`(?<=`). */
  readonly keyword?: string | undefined;
}

/** The one error of this floor: a grammar is exact, or narrowed to a language that is still satisfiable, or refused with this. */
export class GrammarError extends Error {
  readonly code: GrammarErrorCode;
  readonly reason: string;
  readonly pointer: string | undefined;
  readonly keyword: string | undefined;

  constructor(parts: GrammarErrorParts) {
    const where = parts.pointer === undefined ? "" : ` at "#${parts.pointer}"`;
    const what = parts.keyword === undefined ? "" : `${parts.keyword}: `;
    super(`${what}${parts.reason}${where}`);
    this.name = "GrammarError";
    this.code = parts.code;
    this.reason = parts.reason;
    this.pointer = parts.pointer;
    this.keyword = parts.keyword;
  }
}
