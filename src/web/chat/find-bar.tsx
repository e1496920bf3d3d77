import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import type { FoundMessage } from "#protocol";
import { useServices, useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { markFound, unmarkFound } from "./find-marks.ts";

interface FindBarProps {
  readonly conversationId: string;
  /** Grows with the conversation: what is found is looked for again. */
  readonly total: number;
  /** Brings a message into sight, whether or not it is loaded. */
  readonly onShow: (message: FoundMessage) => void;
  readonly onClose: () => void;
}

/** Finds a text in the whole conversation, which the browser cannot: it sees only the messages that are drawn. */
export function FindBar({ conversationId, total, onShow, onClose }: FindBarProps) {
  const { api } = useServices();
  const { t } = useWords();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  /** Counted from the end of the conversation, where one is. */
  const [fromEnd, setFromEnd] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const { data: found = [] } = useQuery({
    queryKey: ["find", conversationId, wanted, total],
    queryFn: async () => (await api.find(conversationId, wanted)).found,
    enabled: wanted !== "",
    placeholderData: (before) => before,
  });
  const shown = wanted === "" ? [] : found;
  const at = shown.length - 1 - Math.min(fromEnd, shown.length - 1);
  const { messageId: hereId, position = 0 } = shown[at] ?? {};

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (hereId !== undefined) onShow({ messageId: hereId, position });
  }, [hereId, position, onShow]);
  useMarks(wanted, hereId);
  const move = (by: number) => setFromEnd((fromEnd - by + shown.length) % Math.max(1, shown.length));

  return (
    <form
      role="search"
      aria-label={t("find.title")}
      className="flex items-center gap-1 border-b border-line bg-surface py-1 pr-2 pl-4"
      onSubmit={(event) => {
        event.preventDefault();
        move(-1);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          // Not for the answer that is being written.
          event.preventDefault();
          onClose();
        } else if (event.key === "Enter" && event.shiftKey) {
          event.preventDefault();
          move(1);
        }
      }}
    >
      <Icon name="search" size={16} />
      <input
        ref={field}
        aria-label={t("find.title")}
        placeholder={t("find.title")}
        className="min-h-9 min-w-0 flex-1 bg-transparent px-2 text-sm outline-none placeholder:text-ink-3"
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          setFromEnd(0);
        }}
      />
      <span role="status" className="num shrink-0 text-[13px] text-ink-2">
        {wanted === ""
          ? ""
          : hereId !== undefined
            ? t("find.at", { n: at + 1, total: shown.length })
            : t("chat.nothingFound")}
      </span>
      {(
        [
          ["find.previous", "up", -1],
          ["find.next", "down", 1],
        ] as const
      ).map(([label, icon, by]) => (
        <button
          key={label}
          type="button"
          className="icon-button aria-disabled:opacity-40"
          aria-label={t(label)}
          aria-disabled={shown.length < 2}
          onClick={() => move(by)}
        >
          <Icon name={icon} size={16} />
        </button>
      ))}
      <button type="button" className="icon-button" aria-label={t("app.close")} onClick={onClose}>
        <Icon name="close" size={16} />
      </button>
    </form>
  );
}

/** Keeps what is found coloured while messages come and go. */
function useMarks(text: string, hereId: string | undefined): void {
  useEffect(() => {
    const log = document.querySelector("[role=log]");
    if (!log) return;
    let frame = 0;
    const mark = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => markFound(log, text, hereId));
    };
    mark();
    const observer = new MutationObserver(mark);
    observer.observe(log, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      unmarkFound();
    };
  }, [text, hereId]);
}
