import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, Ref } from "react";
import { Virtualizer } from "virtua";
import type { VirtualizerHandle } from "virtua";
import type { FoundMessage, ThreadMessage } from "#protocol";
import { useLive } from "../app/live.tsx";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import type { Thread } from "../live/thread-store.ts";
import { LiveMessage } from "./live-message.tsx";
import type { MessageActions } from "./message-actions.ts";
import { MessageRow } from "./message-row.tsx";
import { useFollowEnd } from "./use-follow-end.ts";

/** Earlier messages are fetched when this close to the top, in pixels. */
const NEAR_TOP = 400;

export interface ThreadHandle {
  /** Brings a message of the branch into sight, and loads it first where it is not. */
  show(message: FoundMessage): Promise<void>;
}

interface ThreadViewProps {
  readonly ref: Ref<ThreadHandle>;
  readonly conversationId: string;
  readonly thread: Thread;
  readonly actions: MessageActions;
}

/**
 * The messages of a conversation: all but the last in a virtual list, the last after it in the same scroller, so that neither
 * its growth nor its end makes the list measure anew and move what one reads.
 */
export function ThreadView({ ref, conversationId, thread, actions }: ThreadViewProps) {
  const { threads } = useLive();
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const fetching = useRef<Promise<void>>(undefined);
  const [isPrepending, setPrepending] = useState(false);
  const { messages, from } = thread;
  const last = messages.at(-1);
  const end = useFollowEnd(scroller, content);
  const { follow, leave } = end;

  // A question of one's own is always followed.
  const lastQuestion = messages.findLast(({ role }) => role === "user")?.id;
  useEffect(follow, [lastQuestion, conversationId, follow]);

  const fetchEarlier = useCallback(async (load: () => Promise<void>) => {
    const fetch = async () => {
      setPrepending(true);
      // Offline: scrolling up again tries again.
      await load().catch(() => {});
      await nextFrame();
      setPrepending(false);
    };
    const own = (fetching.current ?? Promise.resolve()).then(fetch);
    fetching.current = own;
    await own;
    if (fetching.current === own) fetching.current = undefined;
  }, []);

  useImperativeHandle(
    ref,
    () => ({
      async show({ messageId, position }) {
        leave();
        await fetchEarlier(() => threads.loadBackTo(conversationId, position));
        await nextFrame();
        const now = threads.get(conversationId);
        const index = now.messages.findIndex(({ id }) => id === messageId);
        if (index === now.messages.length - 1)
          scroller.current?.querySelector("article:last-of-type")?.scrollIntoView({ block: "center" });
        else if (index !== -1) list.current?.scrollToIndex(index, { align: "center" });
      },
    }),
    [threads, conversationId, fetchEarlier, leave],
  );

  const onScroll = () => {
    end.handlers.onScroll();
    const element = scroller.current;
    if (element && element.scrollTop < NEAR_TOP && from > 0 && !end.isFollowing && !fetching.current)
      void fetchEarlier(() => threads.loadEarlier(conversationId));
  };

  const rows = useMemo(
    () =>
      messages
        .slice(0, -1)
        .map((message, index) => (
          <MessageRow
            key={message.id}
            message={message}
            beginsDay={isOtherDay(messages[index - 1], message)}
            actions={actions}
          />
        )),
    [messages, actions],
  );

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t("chat.log")}
        tabIndex={0}
        className="h-full overflow-y-auto [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
        {...end.handlers}
        onScroll={onScroll}
        onKeyDown={(event) => {
          end.handlers.onKeyDown(event);
          moveBetweenMessages(event);
        }}
      >
        <div ref={content}>
          <Virtualizer ref={list} scrollRef={scroller} shift={isPrepending}>
            {rows}
          </Virtualizer>
          {last &&
            (last.runId === undefined ? (
              <MessageRow message={last} beginsDay={isOtherDay(messages.at(-2), last)} actions={actions} />
            ) : (
              <LiveMessage key={last.id} message={last} />
            ))}
        </div>
      </div>
      {!end.isFollowing && (
        <button
          type="button"
          className="button absolute bottom-2 left-1/2 -translate-x-1/2 rounded-full shadow-md"
          onClick={follow}
        >
          <Icon name="down" size={16} />
          {t("chat.jump")}
        </button>
      )}
    </div>
  );
}

function isOtherDay(before: ThreadMessage | undefined, message: ThreadMessage): boolean {
  return (
    before !== undefined && new Date(before.createdAtMs).toDateString() !== new Date(message.createdAtMs).toDateString()
  );
}

const nextFrame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** J and K go to the next and the previous message. */
function moveBetweenMessages(event: KeyboardEvent<HTMLElement>): void {
  const isTyping = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
  if (isTyping || event.ctrlKey || event.metaKey || (event.key !== "j" && event.key !== "k")) return;
  const articles = [...event.currentTarget.querySelectorAll<HTMLElement>("article")];
  const at = articles.findIndex((article) => article.contains(document.activeElement));
  const next = event.key === "j" ? articles[at + 1] : at === -1 ? articles.at(-1) : articles[at - 1];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
}
