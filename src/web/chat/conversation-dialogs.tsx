import { useState } from "react";
import type { Conversation } from "#protocol";
import { useSession } from "../app/queries.ts";
import { useServices, useWords } from "../app/services.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { Dialog } from "../components/dialog.tsx";

interface ConversationDialogProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export function RenameDialog({ conversation, onClose }: ConversationDialogProps) {
  const { api } = useServices();
  const { t } = useWords();
  const [title, setTitle] = useState(conversation.title);
  return (
    <Dialog title={t("chat.rename")} isOpen onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() === "") return;
          void api.updateConversation(conversation.id, { title: title.trim() });
          onClose();
        }}
      >
        <label className="block text-sm">
          {t("chat.title")}
          <input
            className="field mt-1"
            value={title}
            maxLength={200}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className="button button-primary" disabled={title.trim() === ""}>
            {t("app.save")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function ShareDialog({ conversation, onClose }: ConversationDialogProps) {
  const { api } = useServices();
  const { t } = useWords();
  const { data: user } = useSession();
  const { shareToken } = conversation;
  const link = shareToken === null ? undefined : `${location.origin}/share/${shareToken}`;
  return (
    <Dialog title={t("chat.shareTitle")} isOpen onClose={onClose}>
      <p className="text-sm text-ink-2">{t("chat.shareText", { workspace: user?.workspaceName ?? "" })}</p>
      {link !== undefined && (
        <div className="mt-3 flex items-center gap-1">
          <input readOnly aria-label={t("chat.shareLink")} value={link} className="field font-mono text-[13px]" />
          <CopyButton text={link} />
        </div>
      )}
      <div className="mt-4 flex justify-end">
        <button
          type="button"
          className={link === undefined ? "button button-primary" : "button"}
          onClick={() => void api.shareConversation(conversation.id, link === undefined)}
        >
          {t(link === undefined ? "chat.shareStart" : "chat.shareStop")}
        </button>
      </div>
    </Dialog>
  );
}

export function DeleteDialog({
  conversation,
  onClose,
  onDeleted,
}: ConversationDialogProps & { onDeleted: () => void }) {
  const { api } = useServices();
  const { t } = useWords();
  const remove = async () => {
    await api.deleteConversation(conversation.id);
    onClose();
    onDeleted();
  };
  return (
    <Dialog title={t("chat.deleteTitle")} isOpen isAlert onClose={onClose}>
      <p className="text-sm text-ink-2">{t("chat.deleteText", { title: conversation.title || t("chat.untitled") })}</p>
      <div className="mt-4 flex justify-end gap-2">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {t("app.cancel")}
        </button>
        <button type="button" className="button button-danger" onClick={() => void remove()}>
          {t("chat.delete")}
        </button>
      </div>
    </Dialog>
  );
}
