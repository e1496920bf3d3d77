import type { QueryClient } from "@tanstack/react-query";
import type { AppEvent, Conversation } from "#protocol";
import { CONVERSATIONS, JOBS } from "../app/queries.ts";
import type { RunStore } from "./run-store.ts";
import type { ThreadStore } from "./thread-store.ts";

export interface DispatchParts {
  readonly runs: RunStore;
  readonly threads: ThreadStore;
  readonly queries: QueryClient;
}

/** Puts each event of the server where it is shown. */
export function dispatchEvent(event: AppEvent, { runs, threads, queries }: DispatchParts): void {
  switch (event.type) {
    case "hello":
      if (event.resumed) return;
      runs.clear();
      void queries.invalidateQueries({ queryKey: CONVERSATIONS });
      for (const id of threads.opened) void threads.load(id);
      return;
    case "snapshot": {
      const { conversationId, messageId } = event;
      runs.snapshot(event.runId, event);
      // Another tab asked: this one has the conversation open but not yet its newest messages.
      const isShown = threads.get(conversationId).messages.some(({ id }) => id === messageId);
      if (threads.has(conversationId) && !isShown) void threads.load(conversationId);
      return;
    }
    case "wait":
      runs.waitFor(event.runId, event.wait);
      return;
    case "delta":
      runs.append(event.runId, event.text, event.tokens);
      return;
    case "thought":
      runs.think(event.runId, event.text);
      return;
    case "tool":
      runs.call(event.runId, event.call);
      return;
    case "end":
      if (!threads.end(event.runId, event.message) && threads.has(event.message.conversationId)) {
        void threads.load(event.message.conversationId);
      }
      runs.end(event.runId);
      return;
    case "jobs":
      queries.setQueryData(JOBS, event.jobs);
      return;
    case "conversation":
      changeList(queries, (list) => newestFirst([event.conversation, ...without(list, event.conversation.id)]));
      return;
    case "conversation_deleted":
      threads.forget(event.conversationId);
      changeList(queries, (list) => without(list, event.conversationId));
  }
}

function changeList(queries: QueryClient, change: (list: Conversation[]) => Conversation[]): void {
  queries.setQueryData<Conversation[]>(CONVERSATIONS, (list) => list && change(list));
}

function without(list: Conversation[], id: string): Conversation[] {
  return list.filter((conversation) => conversation.id !== id);
}

function newestFirst(list: Conversation[]): Conversation[] {
  return list.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs);
}
