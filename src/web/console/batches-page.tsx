import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { BatchJob } from "#protocol";
import { useModels } from "../app/queries.ts";
import { Icon } from "../components/icon.tsx";
import { saveFile } from "../components/save-file.ts";
import { batchFault } from "./batch-faults.ts";
import { BATCHES, isRunning, SAMPLE_LINES, secondsLeft, toneOf } from "./batch-states.ts";
import { useConsoleWords } from "./console-words.tsx";
import { Badge } from "./parts/card.tsx";
import { ChoiceField, FormDialog } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Progress } from "./parts/progress.tsx";
import { useAdmin } from "./parts/use-admin.ts";

/** /console/batches: many requests at half the price; their progress, results and faults. */
export function BatchesPage() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const [isMaking, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: BATCHES,
    queryFn: () => admin.batches(),
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? 1500 : false),
  });
  return (
    <>
      <PageHead title={t("console.batches")} lead={t("batches.lead")}>
        <button type="button" className="button button-primary" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {t("batches.new")}
        </button>
      </PageHead>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <div className="rounded-lg border border-line bg-surface p-4">
          <p className="mb-2">{t("batches.none")}</p>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs" tabIndex={0}>
            {SAMPLE_LINES}
          </pre>
          <button type="button" className="button mt-3" onClick={() => saveFile("sample.jsonl", SAMPLE_LINES)}>
            <Icon name="download" size={16} />
            {t("batches.sample")}
          </button>
        </div>
      )}
      <ul className="flex flex-col gap-3">
        {data?.map((batch) => (
          <BatchRow key={batch.id} batch={batch} />
        ))}
      </ul>
      {isMaking && <NewBatchDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function BatchRow({ batch }: { readonly batch: BatchJob }) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const reload = () => queries.invalidateQueries({ queryKey: BATCHES });
  const left = secondsLeft(batch, Date.now());
  const save = async (id: string, name: string) => saveFile(name, await admin.fileText(id));
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-mono text-sm">{batch.id.slice(0, 18)}</h2>
        <Badge tone={toneOf(batch)}>{t(`batches.${batch.status}`)}</Badge>
        <span className="num text-[13px] text-ink-2">
          {[
            batch.model ?? "",
            batch.endpoint,
            words.date(batch.created_at * 1000, { dateStyle: "medium", timeStyle: "short" }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      <div className="mt-3 flex items-center gap-3">
        <Progress label={t("batches.progress")} value={batch.completed_requests} max={batch.total_requests} />
        <span className="num shrink-0 text-[13px] text-ink-2">
          {t("batches.done", { n: batch.completed_requests, total: batch.total_requests })}
          {batch.failed_requests > 0 && ` · ${t("batches.failed", { n: batch.failed_requests })}`}
          {left !== undefined && ` · ${t("batches.left", { time: words.duration(left) })}`}
        </span>
      </div>
      {batch.errors.length > 0 && (
        <ul className="mt-2 text-[13px] text-danger">
          {batch.errors.map((fault) => {
            const { text, detail } = batchFault(words, fault);
            return (
              <li key={fault.message}>
                {words.number(fault.count)} × {text}
                {detail !== undefined && <code className="block text-xs wrap-anywhere text-ink-2">{detail}</code>}
              </li>
            );
          })}
        </ul>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {batch.output_file !== null && (
          <button type="button" className="button" onClick={() => void save(batch.output_file!, "results.jsonl")}>
            <Icon name="download" size={16} />
            {t("batches.results")}
          </button>
        )}
        {batch.error_file !== null && (
          <button type="button" className="button" onClick={() => void save(batch.error_file!, "errors.jsonl")}>
            <Icon name="download" size={16} />
            {t("batches.errors")}
          </button>
        )}
        {isRunning(batch) ? (
          <button
            type="button"
            className="button"
            disabled={batch.status === "CANCELLATION_REQUESTED"}
            onClick={() => void admin.cancelBatch(batch.id).then(reload)}
          >
            {t("batches.cancel")}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => setRemoving(true)}>
            {t("app.remove")}
          </button>
        )}
      </div>
      {isRemoving && (
        <FormDialog
          title={t("batches.removeTitle")}
          submit={t("app.remove")}
          isDanger
          onClose={() => setRemoving(false)}
          onSubmit={() => admin.removeBatch(batch.id).then(reload)}
        >
          <p className="text-sm text-ink-2">{t("batches.removeText")}</p>
        </FormDialog>
      )}
    </li>
  );
}

const ENDPOINTS = [
  ["/v1/chat/completions", "/v1/chat/completions"],
  ["/v1/fim/completions", "/v1/fim/completions"],
  ["/v1/embeddings", "/v1/embeddings"],
] as const;

function NewBatchDialog({ onClose }: { readonly onClose: () => void }) {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const queries = useQueryClient();
  const { data: models = [] } = useModels();
  const [file, setFile] = useState<File>();
  const [endpoint, setEndpoint] = useState<(typeof ENDPOINTS)[number][0]>("/v1/chat/completions");
  const [chosen, setChosen] = useState<string>();
  const model = chosen ?? models[0]?.id ?? "";
  const start = async () => {
    const id = await admin.uploadBatchFile(file!);
    await admin.startBatch({ input_files: [id], endpoint, model });
    await queries.invalidateQueries({ queryKey: BATCHES });
  };
  return (
    <FormDialog
      title={t("batches.new")}
      submit={t("batches.start")}
      isReady={file !== undefined && model !== ""}
      onSubmit={start}
      onClose={onClose}
    >
      {/* The browser's own field speaks the browser's language, not ours. */}
      <div className="text-sm">
        {t("batches.file")}
        <label className="mt-1 flex items-center gap-3 rounded-md focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent">
          <span className="button shrink-0">{t("batches.choose")}</span>
          <input
            type="file"
            accept=".jsonl,.ndjson,application/jsonl"
            className="sr-only"
            onChange={(event) => setFile(event.target.files?.[0])}
          />
          <span className="truncate text-ink-2">{file?.name ?? t("batches.noFile")}</span>
        </label>
      </div>
      <ChoiceField label={t("batches.endpoint")} value={endpoint} options={ENDPOINTS} onChange={setEndpoint} />
      <ChoiceField
        label={t("composer.model")}
        value={model}
        options={models.map(({ id }) => [id, id])}
        onChange={setChosen}
      />
      <p className="text-[13px] text-ink-2">{t("batches.price")}</p>
    </FormDialog>
  );
}
