import { memo } from "react";
import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { AnswerBody } from "./answer-body.tsx";
import { AnswerFooter } from "./answer-footer.tsx";
import type { MessageActions } from "./message-actions.ts";
import { UserMessage } from "./user-message.tsx";

interface MessageRowProps {
  readonly message: ThreadMessage;
  /** Absent where the conversation can only be read. */
  readonly actions?: MessageActions | undefined;
}

/** One message of the thread that is not being written. */
export const MessageRow = memo(function MessageRow({ message, actions }: MessageRowProps) {
  const { t } = useWords();
  const isUser = message.role === "user";
  return (
    <article
      aria-label={t(isUser ? "message.you" : "message.assistant")}
      data-message={message.id}
      className="px-4 py-3 outline-offset-[-2px]"
    >
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
