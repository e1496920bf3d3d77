import type { ToolCallView } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { ToolCard } from "./tool-card.tsx";

interface TextWithCallsProps {
  readonly text: string;
  readonly toolCalls: readonly ToolCallView[];
  /** The run that writes it; undefined: it is written. */
  readonly runId?: string | undefined;
  /** Makes a failed call anew; undefined: nobody can. */
  readonly onRetry?: ((callId: string) => void) | undefined;
}

/** An answer's text with the tool calls where they were made. */
export function TextWithCalls({ text, toolCalls, runId, onRetry }: TextWithCallsProps) {
  const isLive = runId !== undefined;
  if (toolCalls.length === 0) return <Markdown text={text} isLive={isLive} />;
  const places = [...new Set(toolCalls.map(({ at }) => at))];
  const rest = text.slice(places.at(-1));
  return (
    <>
      {places.map((at, index) => (
        <div key={at}>
          <Markdown text={text.slice(places[index - 1] ?? 0, at)} isLive={false} />
          {toolCalls
            .filter((call) => call.at === at)
            .map((call) => (
              <ToolCard key={call.id} call={call} runId={runId} onRetry={onRetry} />
            ))}
        </div>
      ))}
      {rest !== "" && <Markdown text={rest} isLive={isLive} />}
    </>
  );
}

/** What the model thought before it spoke, folded. */
export function Thoughts({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  const { t } = useWords();
  if (text === "") return null;
  return (
    <details open={isOpen} className="mb-2 border-l-2 border-line-strong pl-3 text-sm text-ink-2">
      <summary>{t("message.thinking")}</summary>
      <p className="mt-1 whitespace-pre-wrap">{text}</p>
    </details>
  );
}
