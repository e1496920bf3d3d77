import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import { Icon } from "../components/icon.tsx";
import { useConversations, useModels, useSearch, useSession } from "./queries.ts";
import { useServices, useWords } from "./services.tsx";

interface Command {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
  readonly run: () => void;
}

const PAGES = [
  ["/settings", "app.settings", undefined],
  ["/console", "app.console", "jobs"],
  ["/console/playground", "palette.playground", "jobs"],
  ["/console/models", "palette.models", "admin"],
  ["/console/keys", "palette.keys", "admin"],
  ["/console/batches", "palette.batches", "jobs"],
  ["/console/usage", "palette.usage", "billing:read"],
  ["/console/commitment", "palette.commitment", "billing:read"],
  ["/console/limits", "palette.limits", "admin"],
  ["/console/policy", "palette.policy", "admin"],
  ["/console/moderation", "palette.moderation", "admin"],
  ["/console/members", "palette.members", "admin"],
  ["/console/audit", "palette.audit", "admin"],
] as const;
const MOST_CONVERSATIONS = 8;

/** Everything by keyboard: find a conversation, go to a page, begin a chat, choose a model. Opened by Ctrl or Cmd + K. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(text, onClose);
  const active = commands[Math.min(at, commands.length - 1)];
  useEffect(() => dialog.current?.showModal(), []);
  // In braces: newer browsers return a promise here, which is no clean-up.
  useEffect(() => {
    document.getElementById(`${listId}-${active?.id}`)?.scrollIntoView({ block: "nearest" });
  });
  const move = (by: number) =>
    setAt((before) => (Math.min(before, commands.length - 1) + by + commands.length) % commands.length);
  return (
    <dialog
      ref={dialog}
      aria-label={t("palette.title")}
      className="mx-auto mt-[12dvh] w-[36rem] max-w-[calc(100vw-24px)] rounded-lg border border-line bg-surface p-0 text-ink shadow-xl backdrop:bg-black/50"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="flex items-center gap-2 border-b border-line px-3.5">
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={active && `${listId}-${active.id}`}
          aria-label={t("palette.title")}
          placeholder={t("palette.title")}
          className="min-h-12 w-full bg-transparent outline-none placeholder:text-ink-3"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") return;
            if (event.nativeEvent.isComposing) return;
            event.preventDefault();
            if (event.key === "Enter") active?.run();
            else if (commands.length > 0) move(event.key === "ArrowDown" ? 1 : -1);
          }}
        />
      </div>
      <ul id={listId} role="listbox" aria-label={t("palette.title")} className="max-h-[50dvh] overflow-y-auto p-1.5">
        {commands.map((command) => (
          <li
            key={command.id}
            id={`${listId}-${command.id}`}
            role="option"
            aria-selected={command === active}
            className={`menu-item justify-between ${command === active ? "bg-accent-soft" : ""}`}
            onClick={command.run}
          >
            <span className="truncate">{command.text}</span>
            <span className="shrink-0 text-xs text-ink-2">{command.hint}</span>
          </li>
        ))}
      </ul>
      {commands.length === 0 && <p className="px-3.5 pb-3.5 text-sm text-ink-2">{t("palette.nothing")}</p>}
    </dialog>
  );
}

function useCommands(text: string, onClose: () => void): readonly Command[] {
  const { t } = useWords();
  const { preferences } = useServices();
  const navigate = useNavigate();
  const { data: user } = useSession();
  const { data: models } = useModels();
  const { data: conversations } = useConversations();
  const { data: hits } = useSearch(useDeferredValue(text));
  return useMemo(() => {
    const wanted = text.trim().toLocaleLowerCase();
    const fits = (name: string) => name.toLocaleLowerCase().includes(wanted);
    const go = (to: string) => () => {
      onClose();
      void navigate({ to });
    };
    const fixed: Command[] = [
      { id: "new", text: t("chat.new"), hint: t("palette.action"), run: go("/chat") },
      ...PAGES.filter(([, , scope]) => scope === undefined || user?.scopes.includes(scope) === true).map(
        ([to, name]) => ({
          id: to.replaceAll("/", "-"),
          text: t(name),
          hint: t("palette.page"),
          run: go(to),
        }),
      ),
      ...(models ?? [])
        .filter(({ ready }) => ready)
        .map(({ id }) => ({
          id: `model-${id}`,
          text: t("palette.useModel", { model: id }),
          hint: t("palette.model"),
          run: () => {
            preferences.change({ model: id });
            go("/chat")();
          },
        })),
    ];
    const found =
      wanted === ""
        ? (conversations ?? []).map(({ id, title }) => ({ id, title }))
        : [
            ...(conversations ?? []).filter(({ title }) => fits(title)),
            ...(hits ?? []).map(({ conversationId, title }) => ({ id: conversationId, title })),
          ];
    const once = [...new Map(found.map(({ id, title }) => [id, title]))].slice(0, MOST_CONVERSATIONS);
    return [
      ...fixed.filter((command) => fits(command.text)),
      ...once.map(([id, title]) => ({
        id,
        text: title === "" ? t("chat.new") : title,
        hint: t("palette.conversation"),
        run: go(`/chat/${id}`),
      })),
    ];
  }, [text, user, models, conversations, hits, t, navigate, onClose, preferences]);
}
