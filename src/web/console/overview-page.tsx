import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { UsageView } from "../app/admin-views.ts";
import { useJobs, useModels } from "../app/queries.ts";
import { useConsoleWords } from "./console-words.tsx";
import { BusyNow, useLoad } from "./overview/busy-now.tsx";
import { FirstSteps } from "./overview/first-steps.tsx";
import { Badge, Card, Figure } from "./parts/card.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { COMMITMENTS, useAdmin, useCurrency, useMay } from "./parts/use-admin.ts";
import { Progress } from "./parts/progress.tsx";
import { StackedBars } from "./parts/stacked-bars.tsx";
import { drawdownOf } from "./commitment-sums.ts";
import { dayOf, usageSeries } from "./usage-sums.ts";

const DAY_MS = 86_400_000;

/** /console: how things stand, and what to do first. */
export function OverviewPage() {
  const words = useConsoleWords();
  const { t } = words;
  const seesBilling = useMay("billing:read");
  return (
    <>
      <PageHead title={t("console.overview")} />
      <BusyNow />
      {seesBilling && <Spending />}
      <div className="grid gap-4 md:grid-cols-2">
        <ModelStates />
        <RunningJobs />
      </div>
    </>
  );
}

function Spending() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const from = dayOf(Date.now() - 30 * DAY_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "usage", from, "day,model"],
    queryFn: () => admin.usage({ from, groupBy: "day,model" }),
    refetchInterval: 15_000,
  });
  const left = useCommitmentLeft();
  if (error) return <PageState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const today = dayOf(Date.now());
  const sum = (rows: readonly UsageView[], pick: (row: UsageView) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const thisMonth = data.filter(({ day = "" }) => day.startsWith(today.slice(0, 7)));
  const onlyToday = data.filter(({ day = "" }) => day.startsWith(today));
  if (sum(data, ({ requests }) => requests) === 0) return <FirstSteps />;
  const hasPrices = sum(data, ({ amount }) => Number(amount)) > 0;
  const series = usageSeries(data, {
    group: "model",
    measure: hasPrices ? "amount" : "tokens",
    from,
    to: today,
    others: t("usage.others"),
  });
  const short = { notation: "compact", maximumSignificantDigits: 3 } as const;
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
        <Figure
          name={t("overview.spend")}
          value={words.money(
            sum(thisMonth, ({ amount }) => Number(amount) * 1e6),
            currency,
          )}
        />
        <Figure name={t("overview.requestsToday")} value={words.number(sum(onlyToday, ({ requests }) => requests))} />
        <Figure
          name={t("overview.tokens30")}
          value={words.number(
            sum(data, (row) => row.prompt_tokens + row.output_tokens),
            short,
          )}
        />
        <Figure
          name={t("overview.commitment")}
          value={left ? words.money(left.left * 1e6, currency) : "–"}
          note={left && t("overview.commitmentOf", { amount: words.money(left.committed * 1e6, currency) })}
        />
      </dl>
      <Card
        title={`${t(hasPrices ? "usage.amount" : "usage.tokens")} · ${t("overview.daily")}`}
        aside={
          <Link to="/console/usage" className="text-sm text-accent underline">
            {t("overview.all")}
          </Link>
        }
      >
        <StackedBars
          series={series}
          label={t("overview.daily")}
          format={(value) => words.number(value, hasPrices ? { ...short, style: "currency", currency } : short)}
        />
      </Card>
    </>
  );
}

/** Of the commitment in force, what is not used yet, invoiced or not; undefined: there is none. */
function useCommitmentLeft(): { readonly left: number; readonly committed: number } | undefined {
  const admin = useAdmin();
  const commitments = useQuery({ queryKey: COMMITMENTS, queryFn: () => admin.commitments() });
  const active = commitments.data?.find(({ status }) => status === "active");
  const from = active && dayOf(Date.parse(active.starts_at));
  const { data } = useQuery({
    queryKey: ["admin", "usage", from, "day"],
    queryFn: () => admin.usage({ from: from!, groupBy: "day" }),
    enabled: from !== undefined,
  });
  return active && data && drawdownOf(active, data, Date.now());
}

function ModelStates() {
  const { t } = useConsoleWords();
  const { data } = useModels();
  const { data: loads = [] } = useLoad();
  const loadOf = (id: string) => {
    const load = loads.find(({ model }) => model === id);
    if (load === undefined || load.at_once === null) return undefined;
    return t("overview.loadOf", { n: load.running, total: load.at_once });
  };
  return (
    <Card
      title={t("console.models")}
      aside={
        <Link to="/console/models" className="text-sm text-accent underline">
          {t("overview.all")}
        </Link>
      }
    >
      <ul className="flex flex-col gap-2 text-sm">
        {data?.map(({ id, ready, tokensPerSecond }) => (
          <li key={id} className="flex items-center justify-between gap-2">
            <span className="truncate">{id}</span>
            <span className="num flex shrink-0 items-center gap-2 text-ink-3">
              {[
                loadOf(id),
                tokensPerSecond === undefined ? undefined : t("composer.speed", { n: Math.round(tokensPerSecond) }),
              ]
                .filter(Boolean)
                .join(" · ")}
              <Badge tone={ready ? "ok" : "plain"}>{t(ready ? "models.state.ready" : "composer.notReady")}</Badge>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Every long job that is under way, as the tray knows them. */
function RunningJobs() {
  const { t } = useConsoleWords();
  const { data = [] } = useJobs();
  const running = data.filter(({ state }) => state === "running");
  return (
    <Card title={t("overview.batches")}>
      {running.length === 0 && <p className="text-sm text-ink-2">{t("overview.noBatches")}</p>}
      <ul className="flex flex-col gap-3 text-sm">
        {running.map(({ id, name, kind, fraction }) => (
          <li key={id} className="grid gap-1">
            <span className="flex justify-between gap-3">
              <span className="truncate">{name}</span>
              <span className="shrink-0 text-ink-3">{t(`activity.${kind}`)}</span>
            </span>
            <Progress label={name} value={fraction} max={1} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
