import { useState } from "react";
import { useModels } from "../app/queries.ts";
import { Icon } from "../components/icon.tsx";
import { jsonFault } from "../components/json-fault.ts";
import { useConsoleWords } from "./console-words.tsx";
import { Card } from "./parts/card.tsx";
import { TextField } from "./parts/form.tsx";
import { PageHead } from "./parts/page-state.tsx";
import { JsonEditor } from "./playground/json-editor.tsx";
import { MessageList } from "./playground/message-list.tsx";
import { PaneView } from "./playground/pane-view.tsx";
import { loadPlayground, requestOf, SAMPLE_SCHEMA, SAMPLE_TOOLS, savePlayground } from "./playground/request.ts";
import type { PlaygroundDraft } from "./playground/request.ts";
import { usePane } from "./playground/use-pane.ts";

/** /console/playground: one request to two models side by side, with everything that can be set, and what it took. */
export function PlaygroundPage() {
  const { t } = useConsoleWords();
  const { data: models = [] } = useModels();
  const ready = models.filter((model) => model.ready);
  const [draft, setDraft] = useState(loadPlayground);
  const [chosen, setChosen] = useState<readonly (string | undefined)[]>([undefined, ""]);
  const panes = [usePane(), usePane()] as const;
  const modelOf = (index: 0 | 1) => chosen[index] ?? ready[0]?.id ?? "";
  const used = ([0, 1] as const).filter((index) => index === 0 || modelOf(index) !== "");
  const change = (part: Partial<PlaygroundDraft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    savePlayground(next);
  };
  const faults = { tools: jsonFault(draft.tools, "array"), schema: jsonFault(draft.schema, "object") };
  const isRunning = panes.some(({ answer }) => answer?.state === "running");
  const canRun =
    modelOf(0) !== "" &&
    faults.tools === undefined &&
    faults.schema === undefined &&
    draft.messages.some(({ content }) => content.trim() !== "");
  const run = () => {
    for (const index of used) void panes[index].run(requestOf(draft, modelOf(index), []), []);
  };
  return (
    <>
      <PageHead title={t("console.playground")} lead={t("playground.lead")}>
        {isRunning ? (
          <button type="button" className="button" onClick={() => panes.forEach((pane) => pane.stop())}>
            {t("composer.stop")}
          </button>
        ) : (
          <button type="button" className="button button-primary" disabled={!canRun} onClick={run}>
            <Icon name="up" size={16} />
            {t("playground.run")}
          </button>
        )}
      </PageHead>
      <div
        className="grid items-start gap-4 lg:grid-cols-[3fr_2fr]"
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && canRun) run();
        }}
      >
        <MessageList draft={draft} onChange={change} />
        <Card title={t("playground.settings")}>
          <div className="grid grid-cols-3 gap-3">
            <TextField
              label={t("playground.temperature")}
              inputMode="decimal"
              value={draft.temperature}
              onChange={(temperature) => change({ temperature })}
            />
            <TextField
              label={t("playground.maxTokens")}
              inputMode="numeric"
              value={draft.maxTokens}
              onChange={(maxTokens) => change({ maxTokens })}
            />
            <TextField
              label={t("playground.seed")}
              inputMode="numeric"
              value={draft.seed}
              onChange={(seed) => change({ seed })}
            />
          </div>
          <JsonEditor
            label={t("playground.tools")}
            value={draft.tools}
            fault={faults.tools}
            sample={SAMPLE_TOOLS}
            onChange={(tools) => change({ tools })}
          />
          <JsonEditor
            label={t("playground.schema")}
            value={draft.schema}
            fault={faults.schema}
            sample={SAMPLE_SCHEMA}
            onChange={(schema) => change({ schema })}
          />
        </Card>
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {([0, 1] as const).map((index) => (
          <PaneView
            key={index}
            name={t(index === 0 ? "playground.first" : "playground.second")}
            pane={panes[index]}
            models={ready}
            isOptional={index === 1}
            model={modelOf(index)}
            onModel={(model) => setChosen(chosen.with(index, model))}
            preview={canRun && modelOf(index) !== "" ? requestOf(draft, modelOf(index), []) : undefined}
            onResults={(more) => void panes[index].run(requestOf(draft, modelOf(index), more), more)}
          />
        ))}
      </div>
    </>
  );
}
