import { useMemo, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import type { ThreadMessage } from "#protocol";
import { ApiError, newIdempotencyKey } from "../app/api.ts";
import { useLive } from "../app/live.tsx";
import { useServices, useWords } from "../app/services.tsx";
import type { Draft } from "./drafts.ts";
import type { MessageActions } from "./message-actions.ts";

export interface ConversationActions extends MessageActions {
  /** Resolves to the conversation it went to, or undefined when it was not sent. */
  send(draft: Draft): Promise<string | undefined>;
  stop(runId: string): Promise<void>;
}

/** The most that one message may carry, in characters; of a longer conversation its end. */
const LONGEST_ATTACHMENT = 2_000_000;

interface ConversationScope {
  /** Undefined: a conversation not yet begun; the first send makes it. */
  readonly conversationId: string | undefined;
  readonly model: string | undefined;
}

/** What one can do in a conversation; `fault` says what went wrong last, in the reader's language. */
export function useConversationActions({ conversationId, model }: ConversationScope) {
  const { api } = useServices();
  const { threads } = useLive();
  const words = useWords();
  const navigate = useNavigate();
  const [fault, setFault] = useState<string>();

  const actions = useMemo<ConversationActions>(() => {
    const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
      try {
        const result = await work();
        setFault(undefined);
        return result;
      } catch (error) {
        if (error instanceof ApiError && error.code === "offline") setFault(words.t("composer.offline"));
        else {
          const { faultLine } = await import("../app/faults.ts");
          setFault(words.t("composer.failed", { reason: faultLine(words, error) }));
        }
        return undefined;
      }
    };
    const post = async (id: string, body: Parameters<typeof api.send>[1]) => {
      const { question, answer } = await api.send(id, body, newIdempotencyKey());
      threads.follow(id, question.parentId, [question, answer]);
    };
    return {
      send: (draft) =>
        attempt(async () => {
          if (model === undefined) return undefined;
          const id = conversationId ?? (await api.createConversation(model)).id;
          const schema =
            draft.schema === undefined ? {} : { schema: JSON.parse(draft.schema) as Record<string, unknown> };
          const tools = draft.tools === undefined ? {} : { tools: { ...draft.tools, names: [...draft.tools.names] } };
          const attachments = draft.files.length > 0 ? { attachments: [...draft.files] } : {};
          await post(id, { content: draft.text.trim(), model, ...attachments, ...schema, ...tools });
          return id;
        }),
      edit: (message, content) => {
        const { conversationId: id, parentId, details } = message;
        const attachments = details.attachments ? { attachments: [...details.attachments] } : {};
        void attempt(async () => {
          await post(id, { content, model: model ?? "", parentId, ...attachments });
          await threads.load(id);
        });
      },
      regenerate: (message) => {
        void attempt(async () => {
          const answer = await api.regenerate(message.id, model ?? message.details.model ?? "");
          threads.follow(message.conversationId, answer.parentId, [answer]);
        });
      },
      continueAnswer: (message: ThreadMessage) => {
        void attempt(async () => threads.replace(await api.continueAnswer(message.id)));
      },
      retryCall: (message, callId) => {
        void attempt(async () => {
          const path = `/api/messages/${message.id}/calls/${encodeURIComponent(callId)}/retry`;
          const answer = await api.call<ThreadMessage>("POST", path);
          threads.follow(message.conversationId, answer.parentId, [answer]);
        });
      },
      showBranch: (messageId) => {
        if (conversationId === undefined) return;
        void attempt(async () => {
          await api.showBranch(messageId);
          await threads.load(conversationId);
        });
      },
      summarise: async () => {
        const begun = await attempt(async () => {
          if (conversationId === undefined || model === undefined) return undefined;
          const text = await api.exported(conversationId);
          const name = `${words.t("chat.conversation")}.md`;
          const bytes = new Blob([text]).size;
          const { id } = await api.createConversation(model);
          const attachments = [{ name, mediaType: "text/markdown", bytes, text: text.slice(-LONGEST_ATTACHMENT) }];
          await post(id, { content: words.t("message.summariseQuestion"), model, attachments });
          return id;
        });
        if (begun !== undefined) await navigate({ to: "/chat/$id", params: { id: begun } });
      },
      stop: async (runId) => {
        await attempt(() => api.stop(runId));
      },
    };
  }, [api, threads, words, conversationId, model, navigate]);

  return { actions, fault };
}
