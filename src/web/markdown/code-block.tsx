import { memo, useEffect, useState } from "react";
import { useLive } from "../app/live.tsx";
import { useWords } from "../app/services.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import type { CodeSpan } from "./highlighter.ts";

interface CodeBlockProps {
  readonly code: string;
  readonly language: string;
  readonly isLive: boolean;
}

/** Code with its language, a copy button, and colours once it no longer changes. */
export const CodeBlock = memo(function CodeBlock({ code, language, isLive }: CodeBlockProps) {
  const { highlighter } = useLive();
  const { t } = useWords();
  const [colours, setColours] = useState<{ code: string; spans: readonly CodeSpan[] }>();

  useEffect(() => {
    if (isLive || language === "") return;
    let isCurrent = true;
    void highlighter.highlight(code, language).then((spans) => isCurrent && spans && setColours({ code, spans }));
    return () => {
      isCurrent = false;
    };
  }, [code, language, isLive, highlighter]);

  const spans = colours?.code === code ? colours.spans : undefined;
  return (
    <div className="overflow-hidden rounded-md border border-line bg-sunken">
      <div className="flex items-center justify-between border-b border-line pr-1 pl-3 font-mono text-xs text-ink-2">
        <span>{language || "text"}</span>
        <CopyButton text={code} />
      </div>
      <pre
        tabIndex={0}
        aria-label={t("message.code", { language: language || "text" })}
        className="overflow-x-auto p-3 font-mono text-[13px] leading-5"
      >
        <code>
          {spans
            ? spans.map(([className, text], index) => (
                <span key={index} className={className}>
                  {text}
                </span>
              ))
            : code}
        </code>
      </pre>
    </div>
  );
});
