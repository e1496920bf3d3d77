import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { compileEbnf, compileJsonSchema, compileRegex, GrammarError } from "#grammar";
import type { CompiledGrammar } from "#grammar";
import type { FormSource, FormVerdict } from "./form-source.ts";

/** What the thread is asked, and says. */
export interface FormQuestion {
  readonly id: number;
  readonly source: FormSource;
}

export interface FormAnswer {
  /** 0: the thread is there. */
  readonly id: number;
  readonly verdict: FormVerdict;
}

/** A thread that compiles forms, to see whether they can be; it can be ended at any time. */
function serve(): void {
  yieldToOthers();
  parentPort?.on("message", ({ id, source }: FormQuestion) => {
    const answer: FormAnswer = { id, verdict: judge(source) };
    parentPort?.postMessage(answer);
  });
  parentPort?.postMessage({ id: 0, verdict: { compileMs: 0 } } satisfies FormAnswer);
}

/** Streams that are being written are more urgent than a form that may be refused. */
function yieldToOthers(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (Number.isInteger(thread)) setPriority(thread, 10);
  } catch {
    // Only Linux has priorities of single threads.
  }
}

function judge(source: FormSource): FormVerdict {
  const began = performance.now();
  try {
    compile(source).minBytes();
    return { compileMs: performance.now() - began };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const { code, message, pointer, keyword } = error;
    return { problem: { code, message, pointer, keyword }, compileMs: performance.now() - began };
  }
}

function compile(source: FormSource): CompiledGrammar {
  switch (source.kind) {
    case "json_schema":
      return compileJsonSchema(source.schema);
    case "regex":
      return compileRegex(source.pattern);
    case "ebnf":
      return compileEbnf(source.grammar);
  }
}

serve();
