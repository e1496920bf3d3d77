import { lazy, Suspense, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { FoundMessage, ThreadMessage } from "#protocol";
import { useAllModels, useConversations } from "../app/queries.ts";
import { useLive } from "../app/live.tsx";
import { usePreferences, useServices, useWords } from "../app/services.tsx";
import { copyText } from "../components/copy-text.ts";
import { DrawerButton } from "./drawer.tsx";
import { Composer } from "./composer.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { endingOf } from "./ending.ts";
import { ThreadView } from "./thread-view.tsx";
import type { ThreadHandle } from "./thread-view.tsx";
import { useConversationActions } from "./use-conversation-actions.ts";
import type { ConversationActions } from "./use-conversation-actions.ts";
import { useThread } from "./use-thread.ts";
import { Welcome } from "./welcome.tsx";

const FindBar = lazy(async () => ({ default: (await import("./find-bar.tsx")).FindBar }));

/** /chat and /chat/:id. A new conversation gets its address with its first message. */
export function ChatPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  return (
    <main id="main" className="flex min-w-0 flex-1 flex-col">
      {id === undefined ? <NewConversation /> : <OpenConversation key={id} id={id} />}
    </main>
  );
}

/** The model of a conversation: the one chosen here, else the one it had, else the one used last, else the first that runs. */
function useChosenModel(previous: string | null | undefined) {
  const { preferences } = useServices();
  const { model: lastUsed } = usePreferences();
  const { data: models = [] } = useAllModels();
  const [chosen, setChosen] = useState<string>();
  const isReady = (id: string | null | undefined) => models.some((model) => model.id === id && model.ready);
  const model = [chosen, previous, lastUsed].find(isReady) ?? models.find(({ ready }) => ready)?.id;
  const choose = (id: string) => {
    setChosen(id);
    preferences.change({ model: id });
  };
  return { models, model, choose };
}

function useNotice(fault: string | undefined): string | undefined {
  const { live } = useLive();
  const { t } = useWords();
  const connection = useSyncExternalStore(live.subscribe, live.connection);
  return fault ?? (connection === "lost" ? t("composer.reconnecting") : undefined);
}

function NewConversation() {
  const navigate = useNavigate();
  const { models, model, choose } = useChosenModel(null);
  const { actions, fault } = useConversationActions({ conversationId: undefined, model });
  const notice = useNotice(fault);
  const send = async (draft: Parameters<ConversationActions["send"]>[0]) => {
    const id = await actions.send(draft);
    if (id !== undefined) await navigate({ to: "/chat/$id", params: { id } });
    return id !== undefined;
  };
  return (
    <>
      <div className="flex min-h-11 items-center border-b border-line px-4 md:hidden">
        <DrawerButton />
      </div>
      <Welcome
        model={models.find(({ id }) => id === model)}
        onExample={(text) => void send({ text, files: [] })}
        hasModels={models.length > 0}
      />
      <Composer
        draftKey="new"
        models={models}
        model={model}
        onModel={choose}
        isAnswering={false}
        notice={notice}
        onSend={send}
        onStop={() => {}}
        onEditLast={() => {}}
      />
    </>
  );
}

function OpenConversation({ id }: { readonly id: string }) {
  const { threads } = useLive();
  const { t } = useWords();
  const { data: conversations } = useConversations();
  const conversation = conversations?.find((candidate) => candidate.id === id);
  const thread = useThread(id);
  const { models, model, choose } = useChosenModel(conversation?.model);
  const { actions, fault } = useConversationActions({ conversationId: id, model });
  const notice = useNotice(fault);
  const last = thread.messages.at(-1);
  const runId = last?.runId;
  const stop = () => {
    if (runId !== undefined) void actions.stop(runId);
  };

  useEffect(() => {
    if (runId === undefined) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const isInDialog =
        event.target instanceof Element && event.target.closest("[role=dialog],[role=listbox],[role=menu]");
      if (event.key === "Escape" && !event.defaultPrevented && !isInDialog) void actions.stop(runId);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [runId, actions]);

  const view = useRef<ThreadHandle>(null);
  const [isFinding, setFinding] = useState(false);
  const openFind = useCallback(() => setFinding(true), []);
  const show = useCallback((found: FoundMessage) => void view.current?.show(found), []);
  useFindKey(openFind);
  useCopyKey(thread.messages);

  if (thread.state === "failed") {
    const isGone = conversations !== undefined && conversation === undefined;
    return (
      <div className="m-auto p-6 text-center">
        <h1 className="mb-3">{t(isGone ? "chat.gone" : "app.failed")}</h1>
        {isGone ? (
          <Link to="/chat" className="button">
            {t("chat.new")}
          </Link>
        ) : (
          <button type="button" className="button" onClick={() => void threads.load(id)}>
            {t("app.retry")}
          </button>
        )}
      </div>
    );
  }
  return (
    <>
      <ConversationHeader id={id} conversation={conversation} total={thread.total} onFind={openFind} />
      {isFinding && (
        <Suspense>
          <FindBar conversationId={id} total={thread.total} onShow={show} onClose={() => setFinding(false)} />
        </Suspense>
      )}
      <ThreadView ref={view} conversationId={id} thread={thread} actions={actions} />
      <Announcer message={last} />
      <Composer
        draftKey={id}
        models={models}
        model={model}
        onModel={choose}
        isAnswering={runId !== undefined}
        notice={notice}
        onSend={async (draft) => (await actions.send(draft)) !== undefined}
        onStop={stop}
        onEditLast={() =>
          document
            .querySelector<HTMLElement>("article:nth-last-of-type(1) [data-action=edit], [data-action=edit]")
            ?.click()
        }
      />
    </>
  );
}

/** Ctrl or Cmd + F finds in the whole conversation; once more, in the page, as the browser does. */
function useFindKey(open: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isAgain = event.target instanceof Element && event.target.closest("[role=search]") !== null;
      const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "f";
      if (!isFind || isAgain) return;
      event.preventDefault();
      open();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [open]);
}

/** Ctrl or Cmd + Shift + C copies the last answer. */
function useCopyKey(messages: readonly ThreadMessage[]): void {
  const answer = messages.findLast(({ role }) => role === "assistant")?.content;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isCopy = (event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "c";
      if (!isCopy || answer === undefined) return;
      event.preventDefault();
      void copyText(answer);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [answer]);
}

/** Tells a screen reader once that an answer began and once how it ended; the words themselves are never read as they arrive. */
function Announcer({ message }: { readonly message: ThreadMessage | undefined }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const wasAnswering = useRef(false);
  const isAnswering = message?.runId !== undefined;
  const ending = message?.status === "refused" ? "message.refused" : ((message && endingOf(message)) ?? "message.done");
  useEffect(() => {
    if (isAnswering) setText(t("message.answering"));
    else if (wasAnswering.current) setText(t(ending));
    wasAnswering.current = isAnswering;
  }, [isAnswering, ending, t]);
  return (
    <div role="status" className="sr-only">
      {text}
    </div>
  );
}
