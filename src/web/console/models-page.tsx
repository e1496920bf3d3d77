import { useEffect, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useModels } from "../app/queries.ts";
import { Icon } from "../components/icon.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { ModelCard } from "./models/model-card.tsx";
import { PullDialog } from "./models/pull-dialog.tsx";
import { OFFERS, usePulls } from "./models/use-pulls.ts";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { useAdmin, useMay } from "./parts/use-admin.ts";

/** /console/models: what this server answers with, and what else it could. */
export function ModelsPage() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const mayDeploy = useMay("admin");
  const [isAdding, setAdding] = useState(false);
  const [onlyFitting, setOnlyFitting] = useState(false);
  const { data: served } = useModels();
  const { data: pulls } = usePulls();
  const { data, error, refetch } = useQuery({
    queryKey: OFFERS,
    queryFn: () => admin.models(),
    refetchInterval: 5000,
  });
  const latest = pulls?.[0];
  // What has just arrived is shown as what it now is.
  useEffect(() => void refetch(), [latest?.id, latest?.status, latest?.step, refetch]);
  // Whoever comes for one model sees it first.
  useEffect(() => {
    document.querySelector("li:target")?.scrollIntoView({ block: "center" });
  }, [data === undefined]);
  const groups = [
    ["models.here", data?.data.filter(({ source }) => source !== "hub")],
    ["models.more", data?.data.filter(({ source, fits }) => source === "hub" && (fits || !onlyFitting))],
  ] as const;
  return (
    <>
      <PageHead
        title={t("console.models")}
        lead={
          data
            ? t("models.machine", {
                memory: words.bytes(data.machine.memory_bytes),
                disk: words.bytes(data.machine.disk_bytes),
              })
            : t("models.lead")
        }
      >
        <label className="flex min-h-9 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={onlyFitting}
            onChange={(event) => setOnlyFitting(event.target.checked)}
          />
          {t("models.onlyFitting")}
        </label>
        {mayDeploy && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t("models.other")}
          </button>
        )}
      </PageHead>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {groups.map(
        ([name, offers]) =>
          offers &&
          offers.length > 0 && (
            <section key={name} aria-labelledby={name}>
              <h2 id={name} className="mb-3 font-semibold text-ink-2">
                {t(name)}
              </h2>
              <ul className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
                {offers.map((offer) => (
                  <ModelCard
                    key={offer.id}
                    offer={offer}
                    served={served?.find(({ id }) => id === offer.id)}
                    pull={pulls?.find(({ model }) => model === offer.id)}
                    memoryBytes={data!.machine.memory_bytes}
                  />
                ))}
                {name === "models.here" &&
                  pulls
                    ?.filter(({ model, status }) => status !== "done" && !data!.data.some(({ id }) => id === model))
                    .filter(({ model }, index, all) => all.findIndex((other) => other.model === model) === index)
                    .map((pull) => (
                      <ModelCard
                        key={pull.model}
                        offer={unknown(pull.model)}
                        served={undefined}
                        pull={pull}
                        memoryBytes={data!.machine.memory_bytes}
                      />
                    ))}
              </ul>
            </section>
          ),
      )}
      {isAdding && <PullDialog onClose={() => setAdding(false)} />}
    </>
  );
}

/** A model of which only its address is known, until it is here. */
const unknown = (id: string) => ({
  id,
  source: "hub" as const,
  state: "not_pulled" as const,
  summary: null,
  architecture: null,
  parameters: null,
  licence: null,
  context_tokens: 0,
  capabilities: { chat: false, embeddings: false, tools: false, json: false, vision: false },
  file_bytes: null,
  memory_bytes: null,
  fits: true,
});
