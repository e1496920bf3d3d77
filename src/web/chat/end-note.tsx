import { useEffect, useState } from "react";
import type { ThreadMessage } from "#protocol";
import { codeOf } from "../app/faults.ts";
import { useWords } from "../app/services.tsx";
import { FaultNote } from "../components/fault-note.tsx";
import { Icon } from "../components/icon.tsx";
import { AskAdministrator } from "./ask-administrator.tsx";
import { endingOf } from "./ending.ts";
import { FreshStart } from "./fresh-start.tsx";
import type { MessageActions } from "./message-actions.ts";

interface EndNoteProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions | undefined;
}

/** Says why an answer ended early, and offers what can be done about it. */
export function EndNote({ message, actions }: EndNoteProps) {
  const words = useWords();
  const { t } = words;
  const { status, details } = message;
  const note = endingOf(message);
  const left = useSecondsUntil(details.error?.retryAtMs);
  if (!note) return null;
  const isFault = status === "failed";
  const isFull = details.finish === "context" || codeOf(details.error ?? {}) === "prompt_too_long";
  return (
    <div role="note" className={`mt-2 text-sm ${isFault ? "text-danger" : "text-ink-2"}`}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex gap-2">
          {isFault && <Icon name="warning" />}
          <span>
            {t(note)} {isFault && <FaultNote words={words} error={details.error} />}
          </span>
        </span>
        {actions && !isFault && !isFull && (
          <button type="button" className="button" onClick={() => actions.continueAnswer(message)}>
            {t("message.continue")}
          </button>
        )}
        {actions && isFault && (
          <button
            type="button"
            className="button text-ink"
            disabled={left > 0}
            onClick={() => actions.regenerate(message)}
          >
            {left > 0 ? t("message.retryIn", { time: words.duration(left) }) : t("app.retry")}
          </button>
        )}
      </div>
      {actions && isFull && <FreshStart actions={actions} />}
      {codeOf(details.error ?? {}) === "budget_exceeded" && <AskAdministrator about={t("fault.budget")} />}
    </div>
  );
}

/** Counts down to a time; 0 once it has come. */
function useSecondsUntil(atMs: number | undefined): number {
  const [nowMs, setNow] = useState(() => Date.now());
  const left = atMs === undefined ? 0 : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
  const isWaiting = left > 0;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return left;
}
