import type { ChatCompletion, CompletionChoice, Dialect, WireTokenLogprob } from "#protocol";
import { Tally, thought, withFindings } from "./chunks.ts";
import type { AnswerFrame } from "./chunks.ts";
import type { Turn, TurnEvent } from "./turn.ts";

export interface CompletionOptions {
  readonly frame: AnswerFrame;
  readonly choices: number;
  readonly dialect: Dialect;
}

/** Reads an answer to its end and gives it whole. */
export async function collectCompletion(
  turn: Turn,
  { frame, choices: choiceCount, dialect }: CompletionOptions,
): Promise<ChatCompletion> {
  const drafts: Draft[] = [];
  while (drafts.length < choiceCount) drafts.push({ text: "", thoughts: "", logprobs: [] });
  const choices: CompletionChoice[] = [];
  const tally = new Tally();
  const take = (event: TurnEvent): void => {
    tally.count(event);
    if (event.type === "started" || event.type === "prefilled") return;
    const draft = drafts[event.choice]!;
    if (event.type === "text") {
      draft.text += event.text;
      if (event.logprobs) draft.logprobs.push(...event.logprobs.content);
    } else if (event.type === "thinking") draft.thoughts += event.text;
    else choices.push(choiceOf(event, draft, dialect));
  };
  for await (const events of turn) for (const event of events) take(event);
  choices.sort((a, b) => a.index - b.index);
  const { id, created, model } = frame;
  return withFindings({ id, object: "chat.completion", created, model, choices, usage: tally.usage() }, frame);
}

/** What a choice has said so far. */
interface Draft {
  text: string;
  thoughts: string;
  readonly logprobs: WireTokenLogprob[];
}

function choiceOf(
  { choice: index, reason, toolCalls }: Extract<TurnEvent, { type: "finished" }>,
  draft: Draft,
  dialect: Dialect,
): CompletionChoice {
  return {
    index,
    message: {
      role: "assistant",
      content: dialect === "openai" ? draft.text : contentOf(draft),
      // What is undefined is not written.
      reasoning_content: dialect === "openai" && draft.thoughts !== "" ? draft.thoughts : undefined,
      // Null, never an empty list: clients loop over what is truthy.
      tool_calls: toolCalls.length > 0 ? toolCalls : null,
      refusal: null,
    },
    logprobs: draft.logprobs.length > 0 ? { content: draft.logprobs, refusal: null } : null,
    finish_reason: reason,
  };
}

const contentOf = ({ text, thoughts }: Draft): CompletionChoice["message"]["content"] =>
  thoughts === "" ? text : [thought(thoughts), { type: "text", text }];
