import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonAnswer } from "./json-answer.tsx";
import type { MessageActions } from "./message-actions.ts";
import { TextWithCalls, Thoughts } from "./text-with-calls.tsx";
import { PolicyNote } from "./policy-note.tsx";

interface AnswerBodyProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions | undefined;
}

/** An answer that is no longer being written: its text, and what there is to say about how it ended. */
export function AnswerBody({ message, actions }: AnswerBodyProps) {
  const { content, status, details } = message;
  return (
    <>
      <TrimmedNote message={message} />
      {details.policy && (
        <PolicyNote decision={details.policy} onEdit={actions && (() => openEditor(message.parentId))} />
      )}
      <Thoughts text={details.thinking ?? ""} isOpen={false} />
      {details.schema && status === "complete" ? (
        <JsonAnswer text={content} schema={details.schema} />
      ) : (
        <TextWithCalls text={content} toolCalls={details.toolCalls ?? []} />
      )}
      <EndNote message={message} actions={actions} />
    </>
  );
}

/** The question stands right above its refusal, so it is on the page. */
function openEditor(questionId: string | null): void {
  document.querySelector<HTMLElement>(`[data-message="${questionId}"] [data-action=edit]`)?.click();
}

export function TrimmedNote({ message }: { readonly message: ThreadMessage }) {
  const { t } = useWords();
  const count = message.details.trimmedMessages;
  if (count === undefined) return null;
  return <p className="mb-2 text-[13px] text-warn">{t("message.trimmed", { n: count })}</p>;
}

/** Says why an answer ended early, and offers to go on. */
function EndNote({ message, actions }: AnswerBodyProps) {
  const { t } = useWords();
  const { status, details } = message;
  const note = noteOf(message);
  if (!note) return null;
  const isFault = status === "failed";
  const serverText = details.error?.code === "overloaded" ? t("message.busy") : details.error?.message;
  return (
    <div
      role="note"
      className={`mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm ${isFault ? "text-danger" : "text-ink-2"}`}
    >
      {isFault && <Icon name="warning" />}
      <span>
        {t(note)} {isFault && serverText}
      </span>
      {actions && status !== "failed" && details.finish !== "context" && (
        <button type="button" className="button" onClick={() => actions.continueAnswer(message)}>
          {t("message.continue")}
        </button>
      )}
      {actions && isFault && (
        <button type="button" className="button text-ink" onClick={() => actions.regenerate(message)}>
          {t("app.retry")}
        </button>
      )}
    </div>
  );
}

function noteOf({ status, details }: ThreadMessage) {
  switch (status) {
    case "stopped":
      return "message.stopped";
    case "interrupted":
      return "message.interrupted";
    case "failed":
      return "message.failed";
    case "complete":
      return details.finish === "length" ? "message.cut" : details.finish === "context" ? "message.full" : undefined;
    default:
      return undefined;
  }
}
