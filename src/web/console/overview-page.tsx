import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { UsageView } from "../app/admin-views.ts";
import { useModels } from "../app/queries.ts";
import { CopyButton } from "../components/copy-button.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { Badge, Card, Figure } from "./parts/card.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { COMMITMENTS, useAdmin, useCurrency, useMay } from "./parts/use-admin.ts";
import { BATCHES, isRunning } from "./batch-states.ts";
import { Progress } from "./parts/progress.tsx";
import { dayOf } from "./usage-sums.ts";

const DAY_MS = 86_400_000;

/** /console: how things stand, and what to do first. */
export function OverviewPage() {
  const words = useConsoleWords();
  const { t } = words;
  const seesBilling = useMay("billing:read");
  return (
    <>
      <PageHead title={t("console.overview")} />
      {seesBilling && <Spending />}
      <div className="grid gap-4 md:grid-cols-2">
        <ModelStates />
        {useMay("jobs") && <RunningBatches />}
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
    queryKey: ["admin", "usage", from, "day"],
    queryFn: () => admin.usage({ from, groupBy: "day" }),
    refetchInterval: 15_000,
  });
  const commitments = useQuery({ queryKey: COMMITMENTS, queryFn: () => admin.commitments() });
  if (error) return <PageState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const today = dayOf(Date.now());
  const sum = (rows: readonly UsageView[], pick: (row: UsageView) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const thisMonth = data.filter(({ day = "" }) => day.startsWith(today.slice(0, 7)));
  const onlyToday = data.filter(({ day = "" }) => day.startsWith(today));
  const active = commitments.data?.find(({ status }) => status === "active");
  if (sum(data, ({ requests }) => requests) === 0) return <FirstSteps />;
  return (
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
          { notation: "compact", maximumFractionDigits: 1 },
        )}
      />
      <Figure
        name={t("overview.commitment")}
        value={active ? words.money((Number(active.amount) - Number(active.drawn)) * 1e6, currency) : "–"}
        note={active ? t("overview.commitmentOf", { amount: words.amount(active.amount, currency) }) : undefined}
      />
    </dl>
  );
}

/** For a server that nobody has asked yet. */
function FirstSteps() {
  const { t } = useConsoleWords();
  const { data: models } = useModels();
  const model = models?.find(({ ready }) => ready)?.id ?? "mistral-small-latest";
  const curl = `curl ${location.origin}/v1/chat/completions -H "Authorization: Bearer $TRAMONTANE_API_KEY" -H "Content-Type: application/json" -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`;
  return (
    <Card title={t("overview.first")}>
      <ol className="flex list-decimal flex-col gap-3 pl-5">
        <li>
          <Link to="/console/models" className="text-accent underline">
            {t("overview.stepModel")}
          </Link>
        </li>
        <li>
          <Link to="/console/keys" className="text-accent underline">
            {t("overview.stepKey")}
          </Link>
        </li>
        <li>
          {t("overview.stepCall")}
          <div className="mt-1 flex items-start gap-1">
            <code className="block min-w-0 flex-1 rounded-md bg-sunken p-2 font-mono text-xs break-all">{curl}</code>
            <CopyButton text={curl} />
          </div>
        </li>
      </ol>
    </Card>
  );
}

function ModelStates() {
  const { t } = useConsoleWords();
  const { data } = useModels();
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
              {tokensPerSecond !== undefined && t("composer.speed", { n: Math.round(tokensPerSecond) })}
              <Badge tone={ready ? "ok" : "plain"}>{t(ready ? "models.state.ready" : "composer.notReady")}</Badge>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function RunningBatches() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const { data } = useQuery({ queryKey: BATCHES, queryFn: () => admin.batches(), refetchInterval: 10_000 });
  const running = data?.filter(isRunning) ?? [];
  return (
    <Card
      title={t("overview.batches")}
      aside={
        <Link to="/console/batches" className="text-sm text-accent underline">
          {t("overview.all")}
        </Link>
      }
    >
      {running.length === 0 && <p className="text-sm text-ink-2">{t("overview.noBatches")}</p>}
      <ul className="flex flex-col gap-2 text-sm">
        {running.map((batch) => (
          <li key={batch.id} className="flex items-center gap-3">
            <code className="truncate font-mono text-xs">{batch.id.slice(0, 8)}</code>
            <Progress label={batch.id} value={batch.completed_requests} max={batch.total_requests} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
