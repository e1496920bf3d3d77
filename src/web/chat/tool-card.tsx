import { useState } from "react";
import type { ToolCallView } from "#protocol";
import { useServices, useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonTree } from "../components/json-tree.tsx";

const TONES = {
  waiting: "text-warn",
  running: "text-ink-2",
  done: "text-ok",
  failed: "text-danger",
  denied: "text-ink-2",
} as const;

interface ToolCardProps {
  readonly call: ToolCallView;
  /** The run that waits for it; undefined: nothing waits any more. */
  readonly runId: string | undefined;
  readonly onRetry: ((callId: string) => void) | undefined;
}

/** A tool call: its name, what it was given, what it gave back, how long it took; with buttons where consent is asked for. */
export function ToolCard({ call, runId, onRetry }: ToolCardProps) {
  const { t } = useWords();
  const { name, status, result, ms } = call;
  const [isRaw, setRaw] = useState(false);
  const time = ms === undefined ? undefined : t("tools.ms", { n: ms });
  return (
    <section
      aria-label={t("tools.call", { name })}
      className="my-2 rounded-md border border-line-strong bg-surface p-3 text-sm"
    >
      <p className="flex flex-wrap items-center gap-2">
        <Icon name="wrench" size={16} />
        <span className="font-mono font-semibold">{name}</span>
        <span className={TONES[status]}>{t(`tools.${status}`)}</span>
        <span className="grow" />
        <button
          type="button"
          aria-pressed={isRaw}
          className="min-h-6 rounded-sm px-1.5 text-xs text-ink-2 underline"
          onClick={() => setRaw(!isRaw)}
        >
          {t("message.raw")}
        </button>
        {time !== undefined && <span className="num text-xs text-ink-3">{time}</span>}
      </p>
      <Arguments json={call.arguments} isRaw={isRaw} />
      {result !== undefined && status !== "denied" && (
        <p
          className={`mt-1 font-mono text-[13px] wrap-anywhere whitespace-pre-wrap ${status === "failed" ? "text-danger" : ""}`}
        >
          {result}
        </p>
      )}
      {status === "failed" && onRetry && (
        <button type="button" className="button mt-2" onClick={() => onRetry(call.id)}>
          <Icon name="again" size={16} />
          {t("app.retry")}
        </button>
      )}
      {status === "waiting" && runId !== undefined && <Consent runId={runId} callId={call.id} />}
    </section>
  );
}

function Arguments({ json, isRaw }: { readonly json: string; readonly isRaw: boolean }) {
  const raw = <p className="font-mono text-[13px] wrap-anywhere">{json}</p>;
  if (isRaw) return raw;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return raw;
  }
  return <JsonTree value={value} />;
}

function Consent({ runId, callId }: { readonly runId: string; readonly callId: string }) {
  const { api } = useServices();
  const { t } = useWords();
  const [isDecided, setDecided] = useState(false);
  const decide = (approve: boolean) => {
    setDecided(true);
    api.decideCall(runId, callId, approve).catch(() => setDecided(false));
  };
  return (
    <div className="mt-2 flex gap-2">
      <button type="button" className="button button-primary" disabled={isDecided} onClick={() => decide(true)}>
        {t("tools.approve")}
      </button>
      <button type="button" className="button" disabled={isDecided} onClick={() => decide(false)}>
        {t("tools.deny")}
      </button>
    </div>
  );
}
