import { lazy, Suspense, useRef, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import type { Conversation } from "#protocol";
import { useServices, useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import type { ConversationMenuItem } from "./conversation-menu.tsx";
import { DrawerButton } from "./drawer.tsx";

const loadMenu = () => import("./conversation-menu.tsx");
const ConversationMenu = lazy(async () => ({ default: (await loadMenu()).ConversationMenu }));
const dialogs = () => import("./conversation-dialogs.tsx");
const DeleteDialog = lazy(async () => ({ default: (await dialogs()).DeleteDialog }));
const RenameDialog = lazy(async () => ({ default: (await dialogs()).RenameDialog }));
const ShareDialog = lazy(async () => ({ default: (await dialogs()).ShareDialog }));

interface ConversationHeaderProps {
  readonly id: string;
  readonly conversation: Conversation | undefined;
  readonly total: number;
  readonly onFind: () => void;
}

type Open = "menu" | "rename" | "share" | "delete";

/** Title, number of messages, and what can be done with the whole conversation. */
export function ConversationHeader({ id, conversation, total, onFind }: ConversationHeaderProps) {
  const { api } = useServices();
  const { t } = useWords();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>();
  const button = useRef<HTMLButtonElement>(null);
  const close = () => setOpen(undefined);
  // What was chosen may have opened already.
  const closeMenu = () => setOpen((now) => (now === "menu" ? undefined : now));
  const title = conversation?.title || t("chat.untitled");
  const isPinned = conversation?.pinned === true;
  const items: readonly ConversationMenuItem[] = [
    { key: "find", label: "find.title", icon: "search", act: onFind },
    { key: "rename", label: "chat.rename", icon: "pencil", act: () => setOpen("rename") },
    {
      key: "pin",
      label: isPinned ? "chat.unpin" : "chat.pin",
      icon: "pin",
      act: () => void api.updateConversation(id, { pinned: !isPinned }),
    },
    { key: "share", label: "chat.share", icon: "share", act: () => setOpen("share") },
    { key: "md", label: "chat.exportMarkdown", icon: "download", act: () => download(id, "md") },
    { key: "json", label: "chat.exportJson", icon: "download", act: () => download(id, "json") },
    { key: "delete", label: "chat.delete", icon: "trash", act: () => setOpen("delete") },
  ];
  return (
    <div className="flex min-h-11 items-center gap-3 border-b border-line pr-2 pl-4">
      <DrawerButton />
      <h1 className="truncate text-sm font-semibold">{title}</h1>
      <span className="num shrink-0 text-xs text-ink-3">{t("chat.messages", { n: total })}</span>
      <span className="grow" />
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={t("chat.options")}
        aria-haspopup="true"
        aria-expanded={open === "menu"}
        onPointerEnter={() => void loadMenu()}
        onFocus={() => void loadMenu()}
        onClick={() => setOpen("menu")}
      >
        <Icon name="dots" />
      </button>
      <Suspense>
        {open === "menu" && <ConversationMenu trigger={button} items={items} onClose={closeMenu} />}
        {conversation && open === "rename" && <RenameDialog conversation={conversation} onClose={close} />}
        {conversation && open === "share" && <ShareDialog conversation={conversation} onClose={close} />}
        {conversation && open === "delete" && (
          <DeleteDialog conversation={conversation} onClose={close} onDeleted={() => void navigate({ to: "/chat" })} />
        )}
      </Suspense>
    </div>
  );
}

function download(id: string, format: "md" | "json"): void {
  const link = document.createElement("a");
  link.href = `/api/conversations/${id}/export?format=${format}`;
  link.download = "";
  link.click();
}
