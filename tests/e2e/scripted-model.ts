import { TramontaneError } from "#base";
import type { EngineModel, GenerationEvent, GenerationRequest } from "#engine";

const SENTENCE = "The mistral clears the sky over the valley and leaves the air dry.";

/** Markdown of at least `characters` characters: headings, tables, code, lists, formulas. The same every time. */
export function longAnswer(characters: number): string {
  let text = "An answer with **bold** words, a table and code.\n\n";
  for (let part = 1; text.length < characters; part += 1) {
    text += `## Part ${part}\n\n${`${SENTENCE} `.repeat(4).trim()}\n\n`;
    text += `| metric | value |\n|---|---:|\n| latency ${part} | ${part * 3} ms |\n\n`;
    text += `\`\`\`python\ndef f${part}(x):\n    return [y * ${part} for y in x]  # comment\n\`\`\`\n\n`;
    text += `1. one\n2. two with [a link](https://example.test/${part})\n\n`;
    if (part % 3 === 0) text += `Inline $e^{i\\pi}+${part}=0$ in a sentence.\n\n`;
  }
  return text;
}

/** What a question such as "… rate=100 chars=4000" asks the model to do; `say=` is answered word for word. */
export function answerTo(question: string): { text: string; tokensPerSecond: number } {
  const number = (name: string, otherwise: number) =>
    Number(new RegExp(`${name}=(\\d+)`).exec(question)?.[1] ?? otherwise);
  const said = /say=([\s\S]+)/.exec(question)?.[1];
  return { text: said ?? longAnswer(number("chars", 300)), tokensPerSecond: number("rate", 200) };
}

export interface ScriptedModel extends EngineModel {
  /** Answers being written now. */
  readonly running: () => number;
  /** What is written so far of the answer begun last. */
  readonly written: () => string;
}

/**
 * The toy model with words of its own: what it says and how fast is written in the question. Everything around it (doors,
 * templates, conversations, store) is the product.
 */
export function scripted(toy: EngineModel): ScriptedModel {
  let running = 0;
  let latest = "";
  return {
    ...toy,
    info: toy.info,
    status: () => toy.status(),
    tokenize: (prompt) => toy.tokenize(prompt),
    detokenize: (tokens) => toy.detokenize(tokens),
    embed: (inputs, signal) => toy.embed(inputs, signal),
    unload: () => toy.unload(),
    running: () => running,
    written: () => latest,
    async *generate(request: GenerationRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent> {
      const promptCharacters = request.prompt.reduce((sum, part) => sum + part.text.length, 0);
      const { question, written } = lastTurn(request.prompt);
      const { text, tokensPerSecond } = answerTo(question);
      const calls = /call=(\[.*\])/.exec(question)?.[1];
      const results = resultsIn(request.prompt);
      if (calls !== undefined && results === undefined) return yield* callTools(calls);
      refuseTooLong(promptCharacters, toy.info.contextTokens);
      const tokens = (results ?? text.slice(written.length)).match(/\s*\S{1,6}|\s+$/g) ?? [];
      running += 1;
      latest = "";
      try {
        yield { type: "started", promptTokens: Math.ceil(promptCharacters / 4), cachedTokens: 0 };
        const beganMs = performance.now();
        for (let sent = 0; sent < tokens.length;) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          signal.throwIfAborted();
          const due = Math.min(tokens.length, Math.floor(((performance.now() - beganMs) / 1000) * tokensPerSecond));
          if (due === sent) continue;
          yield { type: "text", choice: 0, text: tokens.slice(sent, due).join(""), tokens: due - sent };
          latest += tokens.slice(sent, due).join("");
          sent = due;
        }
        const timings = { queueMs: 0, prefillMs: 0, decodeMs: 0, draftedTokens: 0, acceptedTokens: 0 };
        yield { type: "finished", choice: 0, reason: "stop", completionTokens: tokens.length, timings };
      } finally {
        running -= 1;
      }
    },
  };
}

/** As every engine does: four characters count as a token. */
function refuseTooLong(promptCharacters: number, contextTokens: number): void {
  const promptTokens = Math.ceil(promptCharacters / 4);
  if (promptTokens <= contextTokens) return;
  const details = { promptTokens, contextTokens };
  throw new TramontaneError("prompt_too_long", `The prompt has ${promptTokens} tokens.`, { details });
}

/** What tools gave back last, as they stand in Mistral's format; undefined when nothing was called after the last question. */
function resultsIn(parts: GenerationRequest["prompt"]): string | undefined {
  const asked = parts.findLastIndex((part) => part.kind === "control" && part.text === "[INST]");
  const given = parts.filter((_, at) => at > asked && parts[at - 1]?.text === "[TOOL_RESULTS]");
  return given.length === 0 ? undefined : `The tools said ${given.map(({ text }) => text.trim()).join(" and ")}.`;
}

async function* callTools(calls: string): AsyncGenerator<GenerationEvent> {
  yield { type: "started", promptTokens: 5, cachedTokens: 0 };
  for (const { name, arguments: given } of JSON.parse(calls) as { name: string; arguments: unknown }[]) {
    yield { type: "control", choice: 0, text: "[TOOL_CALLS]" };
    yield { type: "text", choice: 0, text: name, tokens: 1 };
    yield { type: "control", choice: 0, text: "[ARGS]" };
    yield { type: "text", choice: 0, text: JSON.stringify(given), tokens: 5 };
  }
  const timings = { queueMs: 0, prefillMs: 0, decodeMs: 0, draftedTokens: 0, acceptedTokens: 0 };
  yield { type: "finished", choice: 0, reason: "stop", completionTokens: 10, timings };
}

/** The last question and what of its answer is already written, in Mistral's format, which the toy's vocabulary asks for. */
function lastTurn(parts: GenerationRequest["prompt"]): { question: string; written: string } {
  const after = (control: string) => {
    const at = parts.findLastIndex((part) => part.kind === "control" && part.text === control);
    const next = parts[at + 1];
    return at !== -1 && next?.kind === "text" ? next.text : "";
  };
  return { question: after("[INST]"), written: after("[/INST]") };
}
