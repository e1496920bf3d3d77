export { BoundGrammar, type CacheLimits } from "./bound-grammar.ts";
export { compileJsonObject, compileJsonSchema, compileRegex } from "./compile-json.ts";
export { CompiledGrammar } from "./compiled-grammar.ts";
export { compileEbnf } from "./ebnf/compile-ebnf.ts";
export { GrammarError, type GrammarErrorCode } from "./grammar-error.ts";
export type { Span } from "./machine/spans.ts";
export type { SpanKind } from "./machine/thread.ts";
export { bindGrammar, Matcher } from "./matcher.ts";
export { TokenMask } from "./token-mask.ts";
export { createTokenTrie, type TokenTrie, type TokenVocabulary } from "./token-trie.ts";
export {
  compileToolCalls,
  type MarkText,
  type ResponseForm,
  type ThoughtSpec,
  type ToolCallSpec,
  type ToolDefinition,
  type ToolProtocol,
  type ToolTokens,
} from "./tool-calls.ts";
export type { CompilerOptions, Layout } from "./workshop.ts";
