import { useEffect } from "react";
import type { ThreadMessage } from "#protocol";
import { useLive } from "../app/live.tsx";
import { useWords } from "../app/services.tsx";
import { CodeBlock } from "../markdown/code-block.tsx";
import { TextWithCalls, Thoughts } from "./text-with-calls.tsx";
import { useRun } from "./use-run.ts";

/** The answer being written: the only part of the page that follows the run. */
export function LiveMessage({ message }: { readonly message: ThreadMessage }) {
  const { t } = useWords();
  const { text, tokens, thinking, toolCalls } = useRun(message);
  useForgottenRun(message);
  const isAsked = toolCalls.some(({ status }) => status === "waiting");
  return (
    <article aria-label={t("message.assistant")} data-message={message.id} className="px-4 py-3">
      <div className="mx-auto max-w-[46rem]" aria-busy="true">
        <Thoughts text={thinking} isOpen={text === ""} />
        {message.details.schema ? (
          <CodeBlock code={text} language="json" isLive />
        ) : (
          <TextWithCalls text={text} toolCalls={toolCalls} runId={message.runId} />
        )}
        <p className="num mt-2 min-h-9 text-xs leading-9 text-ink-3">
          {isAsked
            ? t("message.waitingForYou")
            : text === ""
              ? t("message.waiting")
              : t("message.usage", { n: tokens })}
        </p>
      </div>
    </article>
  );
}

/** How long the server may say nothing of a run before its message is read again. */
const SILENCE_MS = 3000;

/** A run may end between the reading of its message and the opening of the event stream; then nobody tells of it. */
function useForgottenRun({ runId = "", conversationId }: ThreadMessage): void {
  const { runs, threads } = useLive();
  useEffect(() => {
    const timer = setInterval(() => !runs.isKnown(runId) && void threads.load(conversationId), SILENCE_MS);
    return () => clearInterval(timer);
  }, [runs, threads, runId, conversationId]);
}
