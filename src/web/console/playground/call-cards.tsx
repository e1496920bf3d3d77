import { useState } from "react";
import { JsonTree } from "../../components/json-tree.tsx";
import { useConsoleWords } from "../console-words.tsx";
import type { PaneAnswer } from "./answer.ts";
import type { ToolCall, WireMessage } from "./request.ts";

interface CallCardsProps {
  readonly answer: PaneAnswer;
  readonly onResults: (more: readonly WireMessage[]) => void;
}

/** The functions a model calls: what it gives them, and a place for what they give back. */
export function CallCards({ answer, onResults }: CallCardsProps) {
  const { t } = useConsoleWords();
  const { toolCalls } = answer;
  const [results, setResults] = useState<Readonly<Record<string, string>>>({});
  const send = () => {
    const calls = toolCalls.map(({ id, name, arguments: given }) => ({
      id,
      type: "function" as const,
      function: { name, arguments: given },
    }));
    onResults([
      { role: "assistant", content: answer.text, tool_calls: calls },
      ...toolCalls.map(({ id, name }) => ({
        role: "tool" as const,
        tool_call_id: id,
        name,
        content: results[id] ?? "",
      })),
    ]);
  };
  return (
    <form
      className="mt-3 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {toolCalls.map((call) => (
        <div key={call.id} className="rounded-md border border-line-strong p-3">
          <p className="font-mono text-sm font-semibold">{call.name}</p>
          <Arguments call={call} />
          <label className="mt-2 block text-sm">
            {t("playground.result", { name: call.name })}
            <textarea
              className="field mt-1 field-sizing-content min-h-9 resize-none font-mono text-xs"
              value={results[call.id] ?? ""}
              onChange={(event) => setResults({ ...results, [call.id]: event.target.value })}
            />
          </label>
        </div>
      ))}
      <button type="submit" className="button self-start">
        {t("playground.sendResults")}
      </button>
    </form>
  );
}

function Arguments({ call }: { readonly call: ToolCall }) {
  let value: unknown;
  try {
    value = JSON.parse(call.arguments);
  } catch {
    return <pre className="font-mono text-xs whitespace-pre-wrap">{call.arguments}</pre>;
  }
  return <JsonTree value={value} />;
}
