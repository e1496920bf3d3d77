import { useEffect, useRef, useState } from "react";
import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { Icon } from "../components/icon.tsx";
import { BranchPager } from "./branch-pager.tsx";
import { FileChip } from "./file-chip.tsx";
import type { MessageActions } from "./message-actions.ts";

interface UserMessageProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions | undefined;
}

export function UserMessage({ message, actions }: UserMessageProps) {
  const { t } = useWords();
  const [isEditing, setEditing] = useState(false);
  const files = message.details.attachments ?? [];
  if (isEditing && actions)
    return <MessageEditor message={message} actions={actions} onClose={() => setEditing(false)} />;
  return (
    <div className="flex flex-col items-end gap-1">
      {files.length > 0 && (
        <ul aria-label={t("message.files")} className="flex flex-wrap justify-end gap-2">
          {files.map((file) => (
            <FileChip key={file.name} file={file} />
          ))}
        </ul>
      )}
      <div className="max-w-[85%] rounded-lg bg-accent-soft px-3.5 py-2 text-(length:--answer-size) leading-[1.55] wrap-anywhere whitespace-pre-wrap">
        {message.content}
      </div>
      {actions && (
        <div className="flex items-center gap-0.5">
          <BranchPager message={message} actions={actions} />
          <button
            type="button"
            className="icon-button"
            aria-label={t("message.edit")}
            title={t("message.edit")}
            data-action="edit"
            onClick={() => setEditing(true)}
          >
            <Icon name="pencil" size={16} />
          </button>
          <CopyButton text={message.content} />
        </div>
      )}
    </div>
  );
}

interface MessageEditorProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions;
  readonly onClose: () => void;
}

function MessageEditor({ message, actions, onClose }: MessageEditorProps) {
  const { t } = useWords();
  const [text, setText] = useState(message.content);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = () => {
    const content = text.trim();
    onClose();
    if (content !== "" && content !== message.content) actions.edit(message, content);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        aria-label={t("message.editLabel")}
        value={text}
        rows={Math.min(12, text.split("\n").length + 1)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
        className="field resize-none"
      />
      <div className="mt-2 flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {t("app.cancel")}
        </button>
        <button type="submit" className="button button-primary">
          {t("message.resend")}
        </button>
      </div>
    </form>
  );
}
