import { useState, useSyncExternalStore } from "react";
import { Link } from "@tanstack/react-router";
import type { Conversation } from "#protocol";
import { useLive } from "../app/live.tsx";
import { useConversations, useSearch } from "../app/queries.ts";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { groupByDay } from "./group-by-day.ts";
import type { ConversationGroup } from "./group-by-day.ts";

interface SidebarProps {
  /** Called when a conversation was chosen, so that a drawer can close. */
  readonly onChosen: () => void;
}

/** New chat, search over everything, and the conversations by day. */
export function Sidebar({ onChosen }: SidebarProps) {
  const { t } = useWords();
  const [search, setSearch] = useState("");
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-2 p-2">
        <Link to="/chat" className="button justify-start" onClick={onChosen}>
          <Icon name="plus" />
          {t("chat.new")}
        </Link>
        <label className="relative block">
          <span className="sr-only">{t("chat.search")}</span>
          <span className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-ink-3">
            <Icon name="search" size={16} />
          </span>
          <input
            id="search"
            type="search"
            className="field pl-9 text-sm"
            placeholder={t("chat.search")}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
      </div>
      <nav aria-label={t("chat.conversations")} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3 text-sm">
        {search.trim() === "" ? (
          <ConversationList onChosen={onChosen} />
        ) : (
          <SearchHits text={search.trim()} onChosen={onChosen} />
        )}
      </nav>
    </div>
  );
}

const LINK =
  "flex min-h-9 items-center gap-2 rounded-md px-2 py-1.5 text-ink-2 hover:bg-sunken hover:text-ink pointer-coarse:min-h-11";
const ACTIVE = { className: "bg-accent-soft !text-ink hover:bg-accent-soft", "aria-current": "page" } as const;

function ConversationList({ onChosen }: SidebarProps) {
  const words = useWords();
  const { t } = words;
  const { data, isError, refetch } = useConversations();
  if (!data && isError) {
    return (
      <div className="p-2">
        <p className="mb-2 text-ink-2">{t("app.failed")}</p>
        <button type="button" className="button" onClick={() => void refetch()}>
          {t("app.retry")}
        </button>
      </div>
    );
  }
  if (!data) return null;
  if (data.length === 0) return <p className="p-2 text-ink-3">{t("chat.none")}</p>;
  return groupByDay(data, Date.now()).map((group) => (
    <section key={group.key} aria-label={nameOf(group.key)} className="mt-2">
      <h2 className="px-2 py-1 text-xs text-ink-3">{nameOf(group.key)}</h2>
      <ul>
        {group.conversations.map((conversation) => (
          <ConversationLink key={conversation.id} conversation={conversation} onChosen={onChosen} />
        ))}
      </ul>
    </section>
  ));

  function nameOf(key: ConversationGroup["key"]): string {
    if (typeof key === "string") return t(`chat.${key}`);
    const isOld = Date.now() - key > 8 * 86_400_000;
    return words.date(key, isOld ? { month: "long", year: "numeric" } : { weekday: "long" });
  }
}

function ConversationLink({ conversation, onChosen }: { conversation: Conversation } & SidebarProps) {
  const { t } = useWords();
  const { runs } = useLive();
  const isAnswering = useSyncExternalStore(runs.subscribeToList, () => runs.isAnswering(conversation.id));
  return (
    <li>
      <Link to="/chat/$id" params={{ id: conversation.id }} className={LINK} activeProps={ACTIVE} onClick={onChosen}>
        <span className="min-w-0 flex-1 truncate">{conversation.title || t("chat.untitled")}</span>
        {isAnswering && (
          <span className="size-2 shrink-0 rounded-full bg-accent" title={t("chat.answeringNow")}>
            <span className="sr-only">{t("chat.answeringNow")}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function SearchHits({ text, onChosen }: { text: string } & SidebarProps) {
  const { t } = useWords();
  const { data } = useSearch(text);
  if (!data) return null;
  return (
    <>
      <p role="status" className="px-2 py-1 text-xs text-ink-3">
        {data.length === 0 ? t("chat.nothingFound") : t("chat.searchResults", { n: data.length })}
      </p>
      <ul>
        {data.map((hit) => (
          <li key={hit.conversationId}>
            <Link
              to="/chat/$id"
              params={{ id: hit.conversationId }}
              className={`${LINK} flex-col items-start gap-0`}
              activeProps={ACTIVE}
              onClick={onChosen}
            >
              <span className="max-w-full truncate text-ink">{hit.title || t("chat.untitled")}</span>
              <span className="line-clamp-2 text-[13px] leading-[18px] text-ink-3">{hit.excerpt}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
