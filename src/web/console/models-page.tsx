import { useModels } from "../app/queries.ts";
import { useConsoleWords } from "./console-words.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";

/** /console/models: what this server can answer with, and how fast it has. */
export function ModelsPage() {
  const words = useConsoleWords();
  const { t } = words;
  const { data, error, refetch } = useModels();
  return (
    <>
      <PageHead title={t("console.models")} lead={t("models.lead")} />
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      <ul className="grid gap-4 sm:grid-cols-2">
        {data?.map((model) => {
          const abilities = (["tools", "json", "vision"] as const).filter((name) => model.capabilities[name]);
          const speed = model.tokensPerSecond;
          return (
            <li key={model.id} className="rounded-lg border border-line bg-surface p-4">
              <h2 className="flex items-center justify-between gap-2 font-semibold">
                <span className="truncate">{model.id}</span>
                <span
                  className={`rounded-sm px-2 py-0.5 text-xs font-normal ${model.ready ? "bg-ok-soft text-ok" : "bg-sunken text-ink-2"}`}
                >
                  {t(model.ready ? "models.ready" : "composer.notReady")}
                </span>
              </h2>
              {model.description && <p className="mt-1 text-sm text-ink-2">{model.description}</p>}
              <dl className="num mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
                <dt className="text-ink-3">{t("models.context")}</dt>
                <dd>{t("models.tokens", { n: model.contextTokens })}</dd>
                <dt className="text-ink-3">{t("models.speed")}</dt>
                <dd>{speed === undefined ? t("models.unmeasured") : t("composer.speed", { n: Math.round(speed) })}</dd>
                <dt className="text-ink-3">{t("models.abilities")}</dt>
                <dd>{abilities.map((name) => t(`composer.${name}`)).join(" · ") || "–"}</dd>
              </dl>
            </li>
          );
        })}
      </ul>
    </>
  );
}
