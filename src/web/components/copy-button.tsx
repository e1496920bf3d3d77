import { useEffect, useState } from "react";
import { useWords } from "../app/services.tsx";
import { copyText } from "./copy-text.ts";
import { Icon } from "./icon.tsx";

/** Copies `text`, and says so for two seconds. */
export function CopyButton({ text, className = "" }: { readonly text: string; readonly className?: string }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={t(isCopied ? "app.copied" : "app.copy")}
      title={t("app.copy")}
      onClick={() => void copyText(text).then(() => setCopied(true))}
    >
      <Icon name={isCopied ? "check" : "copy"} size={16} />
    </button>
  );
}
