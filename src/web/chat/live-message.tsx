import { useEffect } from "react";
import type { AnswerWait, ThreadMessage } from "#protocol";
import { useLive } from "../app/live.tsx";
import { useWords } from "../app/services.tsx";
import type { Words } from "../i18n/words.ts";
import { CodeBlock } from "../markdown/code-block.tsx";
import { TextWithCalls, Thoughts } from "./text-with-calls.tsx";
import { useRun } from "./use-run.ts";

/** The answer being written: the only part of the page that follows the run. */
export function LiveMessage({ message }: { readonly message: ThreadMessage }) {
  const words = useWords();
  const { t } = words;
  const { text, tokens, thinking, toolCalls, wait } = useRun(message);
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
        {text === "" && wait?.kind === "loading" && <LoadingBar fraction={wait.fraction} />}
        <p className="num mt-2 min-h-9 text-xs leading-9 text-ink-3">
          {isAsked
            ? t("message.waitingForYou")
            : text === ""
              ? wait === undefined
                ? t("message.waiting")
                : waitText(wait, words)
              : t("message.usage", { n: tokens })}
        </p>
      </div>
    </article>
  );
}

function waitText(wait: AnswerWait, words: Words): string {
  if (wait.kind === "loading") {
    const percent = words.number(wait.fraction, { style: "percent", maximumFractionDigits: 0 });
    return words.t("message.loading", { percent });
  }
  const { position: n, waitMs } = wait;
  return waitMs === undefined
    ? words.t("message.inLine", { n })
    : words.t("message.inLineFor", { n, time: words.duration(Math.max(1, waitMs / 1000)) });
}

function LoadingBar({ fraction }: { readonly fraction: number }) {
  const { t } = useWords();
  return (
    <div
      role="progressbar"
      aria-label={t("message.loadingBar")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(fraction * 100)}
      className="mt-2 h-1.5 max-w-xs overflow-hidden rounded-full bg-sunken"
    >
      <div className="h-full bg-accent" style={{ width: `${fraction * 100}%` }} />
    </div>
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
