export { BoundGrammar, type CacheLimits } from "./bound-grammar.ts";
export { compileJsonObject, compileJsonSchema, type JsonSchemaOptions } from "./compile-json.ts";
export { CompiledGrammar } from "./compiled-grammar.ts";
export { GrammarError, type GrammarErrorCode } from "./grammar-error.ts";
export { bindGrammar, Matcher } from "./matcher.ts";
export { TokenMask } from "./token-mask.ts";
export { createTokenTrie, type TokenTrie, type TokenVocabulary } from "./token-trie.ts";
