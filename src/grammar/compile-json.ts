import type { CompiledGrammar } from "./compiled-grammar.ts";
import { type CompilerOptions, GrammarWorkshop } from "./workshop.ts";

/**
 * The JSON texts that are valid against a schema (drafts 4 to 2020-12). Each keyword is enforced exactly, or narrowed to
 * a language that is still satisfiable, or refused with a GrammarError that points at it.
 */
export function compileJsonSchema(schema: unknown, options: CompilerOptions = {}): CompiledGrammar {
  const workshop = new GrammarWorkshop(options);
  return workshop.grammar(workshop.rule([[{ kind: "value", type: workshop.schemaType(schema), span: "content" }]]));
}

/** Any JSON object, with at most eight whitespace characters in a row. */
export function compileJsonObject(options: Pick<CompilerOptions, "maxWork"> = {}): CompiledGrammar {
  return compileJsonSchema({ type: "object" }, { ...options, whitespace: { maxRun: 8, maxIndent: 0 } });
}

/** The texts that an ECMA-262 pattern (with the `u` flag) matches from end to end. */
export function compileRegex(pattern: string, options: Pick<CompilerOptions, "maxWork"> = {}): CompiledGrammar {
  const workshop = new GrammarWorkshop(options);
  return workshop.grammar(workshop.rule([[{ kind: "text", lexeme: workshop.text(pattern), span: "content" }]]));
}
