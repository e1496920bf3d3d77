import { lazy, Suspense, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import type { Conversation } from "#protocol";
import { useServices, useWords } from "../app/services.tsx";
import type { MessageKey } from "../i18n/catalog.ts";
import { Icon } from "../components/icon.tsx";
import type { IconName } from "../components/icon.tsx";
import { DrawerButton } from "./drawer.tsx";

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

type Open = "rename" | "share" | "delete";

/** Title, number of messages, and what can be done with the whole conversation. */
export function ConversationHeader({ id, conversation, total, onFind }: ConversationHeaderProps) {
  const { api } = useServices();
  const { t } = useWords();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const title = conversation?.title || t("chat.untitled");
  const isPinned = conversation?.pinned === true;
  const items: readonly { key: string; label: MessageKey; icon: IconName; act: () => void }[] = [
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
      <MenuTrigger>
        <Button className="icon-button" aria-label={t("chat.options")}>
          <Icon name="dots" />
        </Button>
        <Popover className="popover" placement="bottom end">
          <Menu className="outline-none" onAction={(key) => items.find((item) => item.key === key)?.act()}>
            {items.map(({ key, label, icon }) => (
              <MenuItem key={key} id={key} textValue={t(label)} className="menu-item">
                <Icon name={icon} size={16} />
                {t(label)}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Suspense>
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
