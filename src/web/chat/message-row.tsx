import { memo } from "react";
import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { AnswerBody } from "./answer-body.tsx";
import { AnswerFooter } from "./answer-footer.tsx";
import type { MessageActions } from "./message-actions.ts";
import { UserMessage } from "./user-message.tsx";

interface MessageRowProps {
  readonly message: ThreadMessage;
  /** It is the first of another day than the one before it. */
  readonly beginsDay?: boolean;
  /** Absent where the conversation can only be read. */
  readonly actions?: MessageActions | undefined;
}

/** One message of the thread that is not being written. */
export const MessageRow = memo(function MessageRow({ message, beginsDay = false, actions }: MessageRowProps) {
  const words = useWords();
  const { t } = words;
  const isUser = message.role === "user";
  return (
    <article
      aria-label={t(isUser ? "message.you" : "message.assistant")}
      data-message={message.id}
      className="px-4 py-3 outline-offset-[-2px]"
    >
      {beginsDay && (
        <p className="mx-auto mb-4 max-w-[46rem] border-b border-line pb-1 text-center text-xs text-ink-3">
          {words.date(message.createdAtMs, { weekday: "long", day: "numeric", month: "long", year: "numeric" })}
        </p>
      )}
      <div className="group mx-auto max-w-[46rem]">
        {isUser ? (
          <UserMessage message={message} actions={actions} />
        ) : (
          <>
            <AnswerBody message={message} actions={actions} />
            <AnswerFooter message={message} actions={actions} />
          </>
        )}
      </div>
    </article>
  );
});
