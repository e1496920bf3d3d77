import { useWords } from "../app/services.tsx";
import { FreshStart } from "./fresh-start.tsx";
import type { MessageActions } from "./message-actions.ts";

interface TrimmedNoteProps {
  /** How many of the oldest messages. */
  readonly count: number;
  readonly actions: MessageActions | undefined;
}

/** Which messages the model did not read, for want of room. */
export function TrimmedNote({ count, actions }: TrimmedNoteProps) {
  const { t } = useWords();
  return (
    <div role="note" className="mb-2 text-[13px] text-warn">
      {t("message.trimmed", { n: count })}
      {actions && <FreshStart actions={actions} />}
    </div>
  );
}
