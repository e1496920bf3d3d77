import type { ChatCompletion, CompletionChoice, WireTokenLogprob } from "#protocol";
import { Tally } from "./chunks.ts";
import type { AnswerFrame } from "./chunks.ts";
import type { TurnEvent } from "./turn.ts";

/** Reads an answer to its end and gives it whole. */
export async function collectCompletion(
  events: AsyncIterable<TurnEvent>,
  frame: AnswerFrame,
  choiceCount: number,
): Promise<ChatCompletion> {
  const drafts = Array.from({ length: choiceCount }, () => ({ text: "", logprobs: [] as WireTokenLogprob[] }));
  const choices: CompletionChoice[] = [];
  const tally = new Tally();
  for await (const event of events) {
    tally.count(event);
    if (event.type === "started") continue;
    const draft = drafts[event.choice]!;
    if (event.type === "text") {
      draft.text += event.text;
      draft.logprobs.push(...(event.logprobs?.content ?? []));
      continue;
    }
    choices.push({
      index: event.choice,
      message: {
        role: "assistant",
        content: draft.text,
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
  return { id, object: "chat.completion", created, model, choices: ordered, usage: tally.usage() };
}
