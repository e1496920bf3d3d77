import { CompiledGrammar, createStore } from "./compiled-grammar.ts";
import { GrammarError } from "./grammar-error.ts";
import type { Whitespace } from "./json/gap.ts";
import { jsonContext } from "./json/value-threads.ts";
import { checkReferences } from "./json-schema/cycles.ts";
import { SchemaDocument } from "./json-schema/document.ts";
import { Formulas } from "./json-schema/formulas.ts";
import { type KeyOrder, SchemaTypes } from "./json-schema/schema-types.ts";
import { Translator } from "./json-schema/translator.ts";
import { JsonStrings } from "./lexeme/json-string.ts";
import { Literals } from "./lexeme/literal.ts";
import { endFrame } from "./machine/end.ts";
import { JsonNumbers } from "./number/number-lexeme.ts";
import { RegexArena } from "./regex/arena.ts";
import { WorkMeter } from "./work-meter.ts";

export interface JsonSchemaOptions {
  /**
   * `declared` (default): an object's keys come in the order of the schema, optional ones may be left out, undeclared
   * ones come last. `any`: in any order. The first is for generating, the second for matching text that exists already.
   */
  readonly keyOrder?: KeyOrder;
  readonly whitespace?: Whitespace;
  /** Elementary steps that compiling, or a single mask, may take. */
  readonly maxWork?: number;
}

const DEFAULT_WHITESPACE: Whitespace = { maxRun: 4, maxIndent: 40 };
const DEFAULT_MAX_WORK = 2_000_000;

/**
 * The JSON texts that are valid against a schema (drafts 4 to 2020-12). Each keyword is enforced exactly, or narrowed to
 * a language that is still satisfiable, or refused with a GrammarError that points at it.
 */
export function compileJsonSchema(schema: unknown, options: JsonSchemaOptions = {}): CompiledGrammar {
  const meter = new WorkMeter(options.maxWork ?? DEFAULT_MAX_WORK);
  const store = createStore();
  const formulas = new Formulas(new RegexArena(meter, store.nextId), store.nextId);
  const types = new SchemaTypes({
    formulas,
    numbers: new JsonNumbers(meter, store.nextId),
    literals: new Literals(store.nextId),
    keyOrder: options.keyOrder ?? "declared",
    nextId: store.nextId,
  });
  const formula = new Translator(new SchemaDocument(schema), formulas, types.scalars).root();
  checkReferences(formula);
  const root = types.of(formula);
  if (root.minBytes() === Infinity)
    throw new GrammarError({ code: "unsatisfiable", pointer: "", reason: "no value satisfies this schema" });
  const whitespace = options.whitespace ?? DEFAULT_WHITESPACE;
  const context = jsonContext({ store, strings: new JsonStrings(store.nextId), whitespace });
  return new CompiledGrammar({ store, meter, start: () => [context.value(root, endFrame(store))] });
}

/** Any JSON object, with at most eight whitespace characters in a row. */
export function compileJsonObject(options: Pick<JsonSchemaOptions, "maxWork"> = {}): CompiledGrammar {
  return compileJsonSchema({ type: "object" }, { ...options, whitespace: { maxRun: 8, maxIndent: 0 } });
}
