import { useState } from "react";
import { useServices, useWords } from "../app/services.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Icon } from "../components/icon.tsx";

/** All of one's conversations: taken along, or deleted. */
export function SettingsConversations() {
  const { api } = useServices();
  const { t } = useWords();
  const [state, setState] = useState<"idle" | "asking" | "deleting" | "done" | "failed">("idle");
  const remove = async () => {
    setState("deleting");
    setState(
      await api.deleteConversations().then(
        () => "done" as const,
        () => "failed" as const,
      ),
    );
  };
  const close = () => setState("idle");
  return (
    <section>
      <h2 className="mb-2 font-semibold">{t("chat.conversations")}</h2>
      <div className="flex flex-wrap gap-2">
        {(["json", "md"] as const).map((format) => (
          <a key={format} href={`/api/export?format=${format}`} download className="button">
            <Icon name="download" size={16} />
            {t(format === "json" ? "settings.exportJson" : "settings.exportMarkdown")}
          </a>
        ))}
        <button type="button" className="button text-danger" onClick={() => setState("asking")}>
          <Icon name="trash" size={16} />
          {t("settings.deleteAll")}
        </button>
      </div>
      <p role="status" className="min-h-6 text-[13px] text-ink-2">
        {state === "done" ? t("settings.deleted") : state === "failed" ? t("settings.notDeleted") : ""}
      </p>
      {(state === "asking" || state === "deleting") && (
        <Dialog title={t("settings.deleteAllTitle")} isOpen isAlert onClose={close}>
          <p className="text-sm text-ink-2">{t("settings.deleteAllText")}</p>
          <div className="mt-4 flex justify-end gap-2">
            <button type="button" className="button" autoFocus onClick={close}>
              {t("app.cancel")}
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={state === "deleting"}
              onClick={() => void remove()}
            >
              {t("settings.deleteAll")}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
