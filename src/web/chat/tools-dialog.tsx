import { useState } from "react";
import { CHAT_TOOLS } from "./tool-names.ts";
import type { ChatTools } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Dialog } from "../components/dialog.tsx";

interface ToolsDialogProps {
  readonly tools: ChatTools | undefined;
  readonly onChange: (tools: ChatTools | undefined) => void;
  readonly onClose: () => void;
}

/** Which tools of the server the next answers may use, and whether one is asked first. */
export function ToolsDialog({ tools, onChange, onClose }: ToolsDialogProps) {
  const { t } = useWords();
  const [names, setNames] = useState<ChatTools["names"]>(tools?.names ?? []);
  const [ask, setAsk] = useState(tools?.ask ?? true);
  return (
    <Dialog title={t("composer.useTools")} isOpen onClose={onClose}>
      <p className="mb-3 text-sm text-ink-2">{t("tools.lead")}</p>
      {CHAT_TOOLS.map((name) => (
        <label key={name} className="flex min-h-9 items-center gap-2 text-sm pointer-coarse:min-h-11">
          <input
            type="checkbox"
            className="size-4"
            checked={names.includes(name)}
            onChange={() => setNames(names.includes(name) ? names.filter((other) => other !== name) : [...names, name])}
          />
          <span className="font-mono">{name}</span> <span className="text-ink-2">{t(`tools.${name}`)}</span>
        </label>
      ))}
      <label className="mt-3 flex min-h-9 items-center gap-2 border-t border-line pt-3 text-sm pointer-coarse:min-h-11">
        <input type="checkbox" className="size-4" checked={ask} onChange={(event) => setAsk(event.target.checked)} />
        {t("tools.ask")}
      </label>
      <div className="mt-4 flex justify-end">
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            onChange(names.length === 0 ? undefined : { names, ask });
            onClose();
          }}
        >
          {t("app.save")}
        </button>
      </div>
    </Dialog>
  );
}
