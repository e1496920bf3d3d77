import type { ChatCompletion, CompletionChoice, Dialect, WireTokenLogprob } from "#protocol";
import { findingsOf, Tally, thought } from "./chunks.ts";
import type { AnswerFrame } from "./chunks.ts";
import type { TurnEvent } from "./turn.ts";

export interface CompletionOptions {
  readonly frame: AnswerFrame;
  readonly choices: number;
  readonly dialect: Dialect;
}

/** Reads an answer to its end and gives it whole. */
export async function collectCompletion(
  events: AsyncIterable<TurnEvent>,
  { frame, choices: choiceCount, dialect }: CompletionOptions,
): Promise<ChatCompletion> {
  const drafts = Array.from({ length: choiceCount }, () => ({
    text: "",
    thoughts: "",
    logprobs: [] as WireTokenLogprob[],
  }));
  const choices: CompletionChoice[] = [];
  const tally = new Tally();
  for await (const event of events) {
    tally.count(event);
    if (event.type === "started" || event.type === "prefilled") continue;
    const draft = drafts[event.choice]!;
    if (event.type === "text") {
      draft.text += event.text;
      draft.logprobs.push(...(event.logprobs?.content ?? []));
      continue;
    }
    if (event.type === "thinking") {
      draft.thoughts += event.text;
      continue;
    }
    choices.push({
      index: event.choice,
      message: {
        role: "assistant",
        ...tellContent(draft, dialect),
        // Null, never an empty list: clients loop over what is truthy.
        tool_calls: event.toolCalls.length > 0 ? event.toolCalls : null,
        refusal: null,
      },
      logprobs: draft.logprobs.length > 0 ? { content: draft.logprobs, refusal: null } : null,
      finish_reason: event.reason,
    });
  }
  const ordered = choices.toSorted((a, b) => a.index - b.index);
  const { id, created, model } = frame;
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: ordered,
    usage: tally.usage(),
    ...findingsOf(frame),
  };
}

function tellContent(
  { text, thoughts }: { readonly text: string; readonly thoughts: string },
  dialect: Dialect,
): Pick<CompletionChoice["message"], "content" | "reasoning_content"> {
  if (thoughts === "") return { content: text };
  if (dialect === "openai") return { content: text, reasoning_content: thoughts };
  return { content: [thought(thoughts), { type: "text", text }] };
}
