import { lazy, Suspense } from "react";
import type { ThreadMessage } from "#protocol";
import { endingOf } from "./ending.ts";
import type { MessageActions } from "./message-actions.ts";
import { TextWithCalls, Thoughts } from "./text-with-calls.tsx";

// What few answers need comes with the first that does.
const EndNote = lazy(async () => ({ default: (await import("./end-note.tsx")).EndNote }));
const JsonAnswer = lazy(async () => ({ default: (await import("./json-answer.tsx")).JsonAnswer }));
const PolicyNote = lazy(async () => ({ default: (await import("./policy-note.tsx")).PolicyNote }));
const UnjudgedLine = lazy(async () => ({ default: (await import("./policy-note.tsx")).UnjudgedLine }));
const TrimmedNote = lazy(async () => ({ default: (await import("./trimmed-note.tsx")).TrimmedNote }));

interface AnswerBodyProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions | undefined;
}

/** An answer that is no longer being written: its text, and what there is to say about how it ended. */
export function AnswerBody({ message, actions }: AnswerBodyProps) {
  const { content, status, details } = message;
  const { policy, unjudged, schema, toolCalls = [], trimmedMessages } = details;
  return (
    <>
      <Suspense>
        {trimmedMessages !== undefined && <TrimmedNote count={trimmedMessages} actions={actions} />}
        {policy && <PolicyNote decision={policy} onEdit={actions && (() => openEditor(message.parentId))} />}
        {unjudged && <UnjudgedLine note={unjudged} />}
      </Suspense>
      <Thoughts text={details.thinking ?? ""} isOpen={false} />
      {schema && status === "complete" ? (
        <Suspense>
          <JsonAnswer text={content} schema={schema} />
        </Suspense>
      ) : (
        <TextWithCalls
          text={content}
          toolCalls={toolCalls}
          onRetry={actions && ((callId) => actions.retryCall(message, callId))}
        />
      )}
      {endingOf(message) !== undefined && (
        <Suspense>
          <EndNote message={message} actions={actions} />
        </Suspense>
      )}
    </>
  );
}

/** The question stands right above its refusal, so it is on the page. */
function openEditor(questionId: string | null): void {
  document.querySelector<HTMLElement>(`[data-message="${questionId}"] [data-action=edit]`)?.click();
}
