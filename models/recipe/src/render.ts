import { toJson } from "./json.ts";
import type { Message, Sample, ToolCall } from "./sample.ts";
import { choicesIn } from "./skills/chat.ts";
import type { ControlToken, Tokenizer } from "./tokenizer.ts";

/** A stretch of a rendered conversation: a control token, or text that gets SentencePiece's leading space. */
export type Part =
  | { control: ControlToken; train: boolean }
  | {
      text: string;
      train: boolean;
      forced?: readonly (readonly [number, number])[];
      /** Where choices are made, as character and weight: their first token counts for more than what follows from it. */
      decisive?: readonly (readonly [at: number, weight: number])[];
    };

/** A call is decided by the first token of its name, then by the first of each argument and of its value. */
const [nameWeight, valueWeight, textWeight] = [8, 3, 3];

const calls = (toolCalls: readonly ToolCall[]): string =>
  toJson(toolCalls.map((c) => ({ name: c.name, arguments: c.arguments, id: c.id })));

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

/** Where the values of JSON, the items of a list and what something "is" begin: there they are chosen, the rest follows. */
const choicesOfForm = (answer: string): number[] =>
  [
    ...answer.matchAll(
      answer.startsWith("{") ? /": \[?"?/g : /\n(?:- |\d+\. )?|[,;] "?|^\["|^- |^1\. | (?:is|est|es|ist|è) /g,
    ),
  ].map(({ index, 0: { length } }) => index + length);

function answerParts(answer: string | ToolCall[], train: boolean, forced?: Sample["forced"]): Part[] {
  const end: Part = { control: "</s>", train };
  if (typeof answer === "string") {
    const decisive = [...new Set([0, ...(choicesIn(answer) ?? choicesOfForm(answer))])].map(
      (at) => [at, textWeight] as const,
    );
    return [{ text: answer, train, decisive, ...(forced ? { forced } : {}) }, end];
  }
  const text = calls(answer);
  const values = [...text.matchAll(/("name)?": "?(?=[^"])/g)].map(
    ({ index, 0: { length }, 1: name }) => [index + length, name ? nameWeight : valueWeight] as const,
  );
  const keys = [...text.matchAll(/[{,] ?"(?!name"|arguments"|id")(?=[^"]+": )/g)].map(
    ({ index, 0: { length } }) => [index + length, valueWeight] as const,
  );
  const decisive = [...values, ...keys];
  // The id of a call in the past is by chance, and the model writes none.
  const ids = [...text.matchAll(/\}, "id": "\w+"\}/g)].map(
    ({ index, 0: { length } }) => [index, index + length] as const,
  );
  return [{ control: "[TOOL_CALLS]", train }, { text, train, decisive, forced: ids }, end];
}

/**
 * Mistral's third instruct format: the tools stand before the last user message, the system text at its head.
 * `withAnswer` appends what the model is to write.
 */
export function render(sample: Sample, withAnswer: boolean): Part[] {
  const parts: Part[] = [{ control: "<s>", train: false }];
  const system = sample.messages
    .filter((m) => m.role === "system")
    .map((m) => m.content)
    .join("\n\n");
  const messages: Message[] = sample.messages.filter((m) => m.role !== "system");
  const lastUser = messages.findLastIndex((m) => m.role === "user");
  const toolsAt = sample.toolsFirst ? messages.findIndex((m) => m.role === "user") : lastUser;
  messages.forEach((message, i) => {
    if (message.role === "user") {
      if (i === toolsAt && sample.tools)
        parts.push(
          { control: "[AVAILABLE_TOOLS]", train: false },
          { text: toJson(sample.tools), train: false },
          { control: "[/AVAILABLE_TOOLS]", train: false },
        );
      parts.push(
        { control: "[INST]", train: false },
        { text: i === lastUser && system ? `${system}\n\n${message.content}` : message.content, train: false },
        { control: "[/INST]", train: false },
      );
    } else if (message.role === "assistant") {
      parts.push(...answerParts(message.toolCalls ?? message.content, sample.trainAll === true));
    } else if (message.role === "tool") {
      parts.push(
        { control: "[TOOL_RESULTS]", train: false },
        { text: toJson({ content: parsed(message.content), call_id: message.callId }), train: false },
        { control: "[/TOOL_RESULTS]", train: false },
      );
    }
  });
  if (withAnswer) parts.push(...answerParts(sample.answer, true, sample.forced));
  return parts;
}

export interface Tokens {
  ids: number[];
  /** How much the token counts in the loss; 0 where it is not to be learnt. */ mask: number[];
}

export function tokenize(parts: readonly Part[], tokenizer: Tokenizer): Tokens {
  const out: Tokens = { ids: [], mask: [] };
  for (const part of parts) {
    if ("control" in part) {
      out.ids.push(tokenizer.control(part.control));
      out.mask.push(part.train ? 1 : 0);
      continue;
    }
    const ids = tokenizer.encode(part.text);
    out.ids.push(...ids);
    if (!part.train) {
      for (let i = 0; i < ids.length; i++) out.mask.push(0);
      continue;
    }
    // A token is spared when it lies wholly in forced text; positions count the leading space.
    let at = -1;
    for (const id of ids) {
      const length = tokenizer.pieces[id]!.text.startsWith("<0x") ? 0 : tokenizer.pieces[id]!.text.length;
      const inside = part.forced?.some(
        ([start, end]) => at >= start - 1 && at + length <= end + 1 && at + length > start,
      );
      const choice = part.decisive?.find(([start]) => at <= start && start < at + length);
      out.mask.push(inside ? 0 : (choice?.[1] ?? 1));
      at += length;
    }
  }
  return out;
}
