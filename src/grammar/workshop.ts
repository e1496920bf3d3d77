import { CompiledGrammar, createStore } from "./compiled-grammar.ts";
import { GrammarError } from "./grammar-error.ts";
import type { JsonContext } from "./json/context.ts";
import { fixedGaps, type Gaps, looseGaps, type Whitespace } from "./json/gap.ts";
import { jsonContext } from "./json/value-text.ts";
import { checkReferences } from "./json-schema/cycles.ts";
import { SchemaDocument } from "./json-schema/document.ts";
import { Formulas } from "./json-schema/formulas.ts";
import type { SchemaType } from "./json-schema/schema-type.ts";
import { type KeyOrder, SchemaTypes } from "./json-schema/schema-types.ts";
import { Translator } from "./json-schema/translator.ts";
import { JsonStrings } from "./lexeme/json-string.ts";
import type { Lexeme } from "./lexeme/lexeme.ts";
import { Literals } from "./lexeme/literal.ts";
import { PlainTexts } from "./lexeme/plain-text.ts";
import { endFrame } from "./machine/end.ts";
import type { Part, Rule } from "./machine/rule.ts";
import { startRule } from "./machine/rule-threads.ts";
import type { Store } from "./machine/thread.ts";
import { JsonNumbers } from "./number/number-lexeme.ts";
import { RegexArena } from "./regex/arena.ts";
import type { RegexNode } from "./regex/node.ts";
import { wholePattern } from "./regex/pattern.ts";
import { WorkMeter } from "./work-meter.ts";

/** See `CompilerOptions.layout`. */
export type Layout = "any" | "spaced" | "compact";

/** Settings that all compilers share. */
export interface CompilerOptions {
  /**
   * `declared` (default): an object's keys come in the order of the schema, optional ones may be left out, undeclared
   * ones come last. `any`: in any order. The first is for generating, the second for matching text that exists already.
   */
  readonly keyOrder?: KeyOrder;
  /**
   * How JSON is written where it leaves a choice. `any` (default): whitespace within the limits of `whitespace`, characters
   * escaped or not. `spaced`: one space after every colon and comma and none elsewhere (`{"a": 1, "b": 2}`), characters
   * escaped only where they must be; `compact`: the same without those spaces. Under the latter two keys and punctuation
   * are forced, so that they cost no decoding step of their own.
   */
  readonly layout?: Layout;
  readonly whitespace?: Whitespace;
  /** Documents that references may lead to, by their URI. Nothing else is ever looked up. */
  readonly documents?: ReadonlyMap<string, unknown>;
  /** Elementary steps that compiling, or a single mask, may take. */
  readonly maxWork?: number;
}

const DEFAULT_WHITESPACE: Whitespace = { maxRun: 4, maxIndent: 40 };
const DEFAULT_MAX_WORK = 2_000_000;

/** Patterns of the whitespace in JSON that is written out in rules. */
interface GapPatterns {
  /** Behind a colon or a comma. */
  readonly behind: string;
  /** Behind a colon or a comma that a value part follows, which may bring whitespace of its own. */
  readonly beforeValue: string;
  readonly elsewhere: string;
}

const GAP_PATTERNS: Readonly<Record<Layout, GapPatterns>> = {
  any: { behind: "[ \\n]?", beforeValue: "", elsewhere: "[ \\n]?" },
  spaced: { behind: " ", beforeValue: " ", elsewhere: "" },
  compact: { behind: "", beforeValue: "", elsewhere: "" },
};

function gapsOf({ layout = "any", whitespace = DEFAULT_WHITESPACE }: CompilerOptions): Gaps {
  return layout === "any" ? looseGaps(whitespace) : fixedGaps(layout === "spaced" ? 1 : 0);
}

/** The parts out of which one grammar is built, sharing one store. */
export class GrammarWorkshop {
  readonly types: SchemaTypes;
  readonly gapPatterns: GapPatterns;
  readonly #store: Store;
  readonly #meter: WorkMeter;
  readonly regex: RegexArena;
  readonly #json: JsonContext;
  readonly #strings: JsonStrings;
  readonly #texts: PlainTexts;
  readonly #documents: ReadonlyMap<string, unknown> | undefined;
  #documentCount = 0;

  constructor(options: CompilerOptions) {
    const store = createStore();
    const gaps = gapsOf(options);
    const spelling = (options.layout ?? "any") === "any" ? "any" : "plain";
    const { nextId } = store;
    this.gapPatterns = GAP_PATTERNS[options.layout ?? "any"];
    this.#store = store;
    this.#documents = options.documents;
    this.#meter = new WorkMeter(options.maxWork ?? DEFAULT_MAX_WORK);
    this.regex = new RegexArena(this.#meter, nextId);
    this.#texts = new PlainTexts(nextId);
    this.types = new SchemaTypes({
      formulas: new Formulas(this.regex, nextId),
      numbers: new JsonNumbers(this.#meter, nextId),
      literals: new Literals(nextId),
      keyOrder: options.keyOrder ?? "declared",
      separatorBytes: gaps.separatorBytes,
      nextId,
    });
    this.#strings = new JsonStrings(nextId, spelling);
    this.#json = jsonContext({ store, strings: this.#strings, gaps });
  }

  /** The values that are valid against a schema and, if given, another one. */
  schemaType(schema: unknown, also?: object): SchemaType {
    const { formulas } = this.types;
    const translate = (one: unknown): SchemaType["formula"] => {
      const document = new SchemaDocument(one, `schema:/${this.#documentCount++}/`, this.#documents);
      return new Translator(document, formulas, this.types.scalars).root();
    };
    const formula = formulas.and([translate(schema), ...(also === undefined ? [] : [translate(also)])]);
    checkReferences(formula);
    const type = this.types.of(formula);
    if (type.minBytes() === Infinity) {
      throw new GrammarError({ code: "unsatisfiable", pointer: "", reason: "no value satisfies this schema" });
    }
    return type;
  }

  rule(alternatives: (readonly Part[])[]): Rule {
    return { id: this.#store.nextId(), alternatives };
  }

  /** The texts that a whole ECMA-262 pattern matches. */
  pattern(pattern: string): RegexNode {
    return wholePattern(pattern, this.regex);
  }

  /** Raw text of a regular language, before its first byte. */
  textOf(node: RegexNode): Lexeme {
    return this.#texts.at(node);
  }

  /** Raw text that a whole ECMA-262 pattern matches. */
  text(pattern: string): Lexeme {
    const node = this.pattern(pattern);
    if (this.regex.isEmpty(node))
      throw new GrammarError({ code: "unsatisfiable", reason: `no text matches /${pattern}/` });
    return this.textOf(node);
  }

  /** All texts in which another one does not occur. */
  textWithout(text: string): RegexNode {
    const { regex } = this;
    return regex.not(regex.concat(regex.anyText, regex.concat(regex.literal(text), regex.anyText)));
  }

  /** A mark as a part: its control token, or its text. */
  mark({ text, token }: { readonly text: string; readonly token?: number | undefined }): Part {
    if (token !== undefined) return { kind: "token", tokens: [token] };
    return { kind: "text", lexeme: this.literal(text), span: "syntax" };
  }

  literal(text: string): Lexeme {
    return this.textOf(this.regex.literal(text));
  }

  anyText(): Lexeme {
    return this.textOf(this.regex.anyText);
  }

  /** The grammar of one rule. */
  grammar(root: Rule): CompiledGrammar {
    return new CompiledGrammar({
      store: this.#store,
      meter: this.#meter,
      start: () => startRule(this.#json, root, endFrame(this.#store)),
      largestValue: () => this.types.largestValue,
      forget: () => {
        this.types.forget();
        this.#strings.forget();
      },
    });
  }
}
