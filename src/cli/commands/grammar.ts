import { readFileSync } from "node:fs";
import { TramontaneError } from "#base";
import { compileJsonSchema, createTokenTrie, GrammarError, Matcher } from "#grammar";
import type { CompiledGrammar, TokenTrie } from "#grammar";

import type { Command, CommandContext } from "../command.ts";
import { judgeKeywords } from "./schema-keywords.ts";

export const grammar: Command = {
  name: "grammar",
  summary: "Check a JSON schema as the decoder sees it, and an instance against it.",
  operands: "check SCHEMA.json [INSTANCE.json]",
  options: {},
  examples: [
    {
      line: "tramontane grammar check schema.json",
      does: "Does it compile? Each keyword exact, narrowed or refused; a shortest example",
    },
    { line: "tramontane grammar check schema.json answer.json", does: "Where does the instance leave it?" },
  ],
  async run(context) {
    const [verb, schemaFile, instanceFile] = context.positionals;
    if (verb !== "check" || schemaFile === undefined) {
      throw new TramontaneError(
        "config_invalid",
        "Say what to check: tramontane grammar check SCHEMA.json [INSTANCE.json]",
      );
    }
    const schema = readJson(schemaFile);
    for (const { pointer, verdict, note } of judgeKeywords(schema)) {
      context.out(`${verdict.padEnd(11)}${pointer}${note === undefined ? "" : `  (${note})`}`);
    }
    if (!compiles(context, schema)) return 1;
    if (instanceFile === undefined) return 0;
    // An answer is generated in the schema's key order; a text that exists already may have any.
    return follow(context, compileJsonSchema(schema, { keyOrder: "any" }), readFileSync(instanceFile)) ? 0 : 1;
  },
};

/** Every byte is a token, then the end. */
const END = 256;

function byteTrie(): TokenTrie {
  return createTokenTrie({
    size: 257,
    tokenBytes: (token) => (token === END ? new Uint8Array() : Uint8Array.of(token)),
    isControl: (token) => token === END,
    isEndOfGeneration: (token) => token === END,
  });
}

function compiles(context: CommandContext, schema: unknown): boolean {
  const began = performance.now();
  try {
    const matcher = new Matcher(compileJsonSchema(schema), byteTrie());
    const ms = (performance.now() - began).toFixed(1);
    context.out(`compiles in ${ms} ms; the shortest instance takes ${matcher.bytesToClose()} bytes or fewer`);
    context.out(`example   ${shortestText(matcher)}`);
    return true;
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const place = error.pointer === undefined ? "" : ` at ${error.pointer === "" ? "the root" : error.pointer}`;
    context.fail(`refused (${error.code})${place}: ${error.keyword ? `"${error.keyword}" ` : ""}${error.reason}`);
    return false;
  }
}

/** A text that ends as soon as it can: at each step a byte that comes nearer to the end. */
function shortestText(matcher: Matcher): string {
  while (!matcher.canEnd()) {
    const remainingTokens = matcher.minTokensToClose();
    const mask = matcher.mask({ remainingTokens });
    const next = Array.from({ length: END }, (_, byte) => byte).find((byte) => mask.has(byte));
    if (next === undefined) break;
    matcher.accept(next);
  }
  return new TextDecoder().decode(matcher.text());
}

function follow(context: CommandContext, compiled: CompiledGrammar, instance: Buffer): boolean {
  const matcher = new Matcher(compiled, byteTrie());
  const text = instance.toString("utf8").trim();
  const bytes = Buffer.from(text);
  for (const [at, byte] of bytes.entries()) {
    if (matcher.tryToken(byte)) {
      matcher.accept(byte);
      continue;
    }
    const before = bytes.subarray(0, at).toString("utf8");
    const line = before.split("\n").length;
    context.fail(`the instance leaves the schema at line ${line}, after ${JSON.stringify(before.slice(-40))}`);
    context.fail(`what could follow there: ${expected(matcher)}`);
    return false;
  }
  if (!matcher.canEnd()) {
    context.fail(`the instance ends too early; what could follow: ${expected(matcher)}`);
    return false;
  }
  context.out("the instance is accepted");
  return true;
}

function expected(matcher: Matcher): string {
  const mask = matcher.mask();
  const bytes = Array.from({ length: 128 }, (_, byte) => byte).filter((byte) => mask.has(byte));
  const shown = bytes.filter((byte) => byte > 32).map((byte) => String.fromCharCode(byte));
  return shown.length > 24 ? `${shown.slice(0, 24).join(" ")} …` : shown.join(" ") || "nothing";
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TramontaneError("config_invalid", `${file} cannot be read as JSON: ${reason}`);
  }
}
