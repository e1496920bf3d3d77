import { useState } from "react";
import { Link } from "@tanstack/react-router";
import { useWords } from "../app/services.tsx";
import type { MessageActions } from "./message-actions.ts";

/** What to do when a conversation has outgrown its model: go on in a new one, with or without a summary of this one. */
export function FreshStart({ actions }: { readonly actions: MessageActions }) {
  const { t } = useWords();
  const [isWorking, setWorking] = useState(false);
  const summarise = async () => {
    setWorking(true);
    await actions.summarise();
    setWorking(false);
  };
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      <button type="button" className="button text-ink" disabled={isWorking} onClick={() => void summarise()}>
        {t("message.summarise")}
      </button>
      <Link to="/chat" className="button text-ink">
        {t("chat.new")}
      </Link>
    </div>
  );
}
