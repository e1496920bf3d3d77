import { useState } from "react";
import type { AppModel } from "#protocol";
import { CopyButton } from "../../components/copy-button.tsx";
import { FaultNote } from "../../components/fault-note.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { ChoiceField } from "../parts/form.tsx";
import { useCurrency } from "../parts/use-admin.ts";
import { speedOf } from "./answer.ts";
import type { PaneAnswer } from "./answer.ts";
import { codeSamples } from "./code-samples.ts";
import { CallCards } from "./call-cards.tsx";
import type { ChatRequestBody, WireMessage } from "./request.ts";
import type { Pane } from "./use-pane.ts";

interface PaneViewProps {
  readonly name: string;
  readonly pane: Pane;
  readonly models: readonly AppModel[];
  readonly isOptional: boolean;
  readonly model: string;
  readonly onModel: (model: string) => void;
  /** The request as it would be sent now; undefined: it cannot. */
  readonly preview: ChatRequestBody | undefined;
  /** The messages after the draft, once results of functions are given. */
  readonly onResults: (more: readonly WireMessage[]) => void;
}

const VIEWS = ["answer", "request", "response", "curl", "typescript", "python"] as const;
type View = (typeof VIEWS)[number];

/** One model: its answer and what it took, the raw exchange, and the same as code. */
export function PaneView(props: PaneViewProps) {
  const { name, pane, models, isOptional, model, onModel, preview, onResults } = props;
  const { t } = useConsoleWords();
  const [view, setView] = useState<View>("answer");
  const { answer, sent } = pane;
  const none: [string, string][] = isOptional ? [["", t("playground.none")]] : [];
  const raw = rawOf(view, pane, preview);
  return (
    <section aria-label={name} className="min-w-0 rounded-lg border border-line bg-surface p-4">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <ChoiceField
          label={`${name}: ${t("composer.model")}`}
          isBare
          value={model}
          options={[...none, ...models.map(({ id }) => [id, id] as const)]}
          onChange={onModel}
        />
        <span className="grow" />
        <ChoiceField
          label={`${name}: ${t("playground.view")}`}
          isBare
          value={view}
          options={VIEWS.map((it) => [it, t(`playground.view_${it}`)])}
          onChange={setView}
        />
      </div>
      {view === "answer" ? (
        answer ? (
          <>
            <AnswerText answer={answer} />
            {answer.state !== "running" && answer.toolCalls.length > 0 && (
              <CallCards
                key={sent?.messages.length}
                answer={answer}
                onResults={(more) => onResults([...pane.more, ...more])}
              />
            )}
            <Measures answer={answer} />
          </>
        ) : (
          <p className="text-sm text-ink-3">{t("playground.empty")}</p>
        )
      ) : (
        <div className="relative">
          <pre
            className="max-h-96 overflow-auto rounded-md bg-sunken p-3 pr-12 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere"
            tabIndex={0}
          >
            {raw === "" ? t("playground.empty") : raw}
          </pre>
          {raw !== "" && <CopyButton text={raw} className="absolute top-1 right-1" />}
        </div>
      )}
    </section>
  );
}

function rawOf(view: View, { answer, sent }: Pane, preview: ChatRequestBody | undefined): string {
  const body = preview ?? sent;
  switch (view) {
    case "answer":
      return "";
    case "response":
      return answer?.raw.join("\n") ?? "";
    case "request":
      return body ? JSON.stringify(body, undefined, 2) : "";
    default:
      return body ? codeSamples(body, location.origin)[view] : "";
  }
}

function AnswerText({ answer }: { readonly answer: PaneAnswer }) {
  const words = useConsoleWords();
  const { t } = words;
  const { text, thinking, fault, state } = answer;
  return (
    <div aria-busy={state === "running"}>
      {thinking !== "" && (
        <details className="mb-2 text-sm text-ink-2">
          <summary>{t("message.thinking")}</summary>
          <p className="whitespace-pre-wrap">{thinking}</p>
        </details>
      )}
      {text !== "" && <div className="wrap-anywhere whitespace-pre-wrap">{text}</div>}
      {state === "running" && text === "" && <p className="text-sm text-ink-3">{t("message.waiting")}</p>}
      {state === "stopped" && <p className="mt-2 text-sm text-ink-2">{t("playground.stopped")}</p>}
      {fault !== undefined && (
        <p role="alert" className="mt-2 text-sm wrap-anywhere text-danger">
          <FaultNote words={words} error={fault} />
        </p>
      )}
    </div>
  );
}

/** Time to the first token, speed, tokens, cost, and the id to ask about it later. */
function Measures({ answer }: { readonly answer: PaneAnswer }) {
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const { firstMs, promptTokens, outputTokens, cost, finish, requestId } = answer;
  const speed = speedOf(answer);
  const facts = [
    firstMs === undefined ? undefined : t("playground.first_ms", { n: Math.round(firstMs) }),
    speed === undefined ? undefined : t("composer.speed", { n: Math.round(speed) }),
    outputTokens === undefined ? undefined : t("playground.tokens", { input: promptTokens ?? 0, output: outputTokens }),
    cost === undefined ? undefined : words.amount(cost, currency),
    finish,
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return (
    <p className="num mt-3 border-t border-line pt-2 text-xs text-ink-3">
      {facts.join(" · ")}
      {requestId && <span className="block font-mono">{requestId}</span>}
    </p>
  );
}
