import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import type { UsageView } from "../app/admin-views.ts";
import { Icon } from "../components/icon.tsx";
import { saveFile } from "../components/save-file.ts";
import { useConsoleWords } from "./console-words.tsx";
import { FirstSteps } from "./overview/first-steps.tsx";
import { Card, Figure } from "./parts/card.tsx";
import { ChoiceField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { StackedBars } from "./parts/stacked-bars.tsx";
import { Table } from "./parts/table.tsx";
import { useAdmin, useCurrency } from "./parts/use-admin.ts";
import { useKeys, useWorkspaces } from "./parts/use-scope-names.ts";
import { useWorkspaceChoice } from "./parts/workspace-choice.tsx";
import { dayOf, usageSeries } from "./usage-sums.ts";
import type { UsageGroup, UsageMeasure } from "./usage-sums.ts";

const RANGES = ["7", "30", "90"] as const;
const GROUPS = ["model", "key", "user", "workspace"] as const;
const MEASURES = ["tokens", "amount"] as const;
const DAY_MS = 86_400_000;

/** /console/usage: what was used, what it cost and how soon answers began, by model, key, person or workspace. */
export function UsagePage() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const [range, setRange] = useState<(typeof RANGES)[number]>("30");
  const [group, setGroup] = useState<UsageGroup>("model");
  const [workspace, choice] = useWorkspaceChoice();
  const to = dayOf(Date.now());
  const from = dayOf(Date.now() - (Number(range) - 1) * DAY_MS);
  const download = async () =>
    saveFile(`usage-${from}-${to}.csv`, await admin.usageCsv({ from, groupBy: `day,${group}`, workspace }), "text/csv");
  return (
    <>
      <PageHead title={t("console.usage")}>
        {choice}
        <ChoiceField
          label={t("usage.range")}
          isBare
          value={range}
          options={RANGES.map((days) => [days, t("usage.days", { n: Number(days) })])}
          onChange={setRange}
        />
        <ChoiceField
          label={t("usage.group")}
          isBare
          value={group}
          options={GROUPS.map((name) => [name, t(`usage.by_${name}`)])}
          onChange={setGroup}
        />
        <button type="button" className="button" onClick={() => void download()}>
          <Icon name="download" size={16} />
          {t("usage.csv")}
        </button>
      </PageHead>
      <Sums from={from} workspace={workspace} />
      <Groups key={group} from={from} to={to} group={group} workspace={workspace} />
    </>
  );
}

/** Everything in five numbers. */
function Sums({ from, workspace }: Pick<GroupsProps, "from" | "workspace">) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const waited = useWaits();
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ["admin", "usage", from, "", workspace],
    queryFn: async () => (await admin.usage({ from, groupBy: "", workspace }))[0],
    staleTime: 10_000,
  });
  if (!data || data.requests === 0) return null;
  const count = (value: number) =>
    words.number(value, value < 1e7 ? {} : { notation: "compact", maximumFractionDigits: 1 });
  return (
    <>
      <p className="num -mt-3 text-[13px] text-ink-3">
        {t("usage.asOf", { time: words.date(dataUpdatedAt, { dateStyle: "medium", timeStyle: "medium" }) })}
      </p>
      <dl className="grid grid-cols-2 gap-4 max-md:[&>:nth-child(5)]:col-span-2 md:grid-cols-3 lg:grid-cols-5">
        <Figure name={t("usage.requests")} value={count(data.requests)} />
        <Figure
          name={t("usage.input")}
          value={count(data.prompt_tokens)}
          note={t("usage.cachedOf", { n: count(data.cached_tokens) })}
        />
        <Figure name={t("usage.output")} value={count(data.output_tokens)} />
        <Figure name={t("usage.amount")} value={words.amount(data.amount, currency)} />
        <Figure
          name={t("usage.firstToken")}
          value={waited(data.ttft_p50_ms)}
          note={data.ttft_p95_ms === null ? undefined : t("usage.p95Of", { time: waited(data.ttft_p95_ms) })}
        />
      </dl>
    </>
  );
}

interface GroupsProps {
  readonly from: string;
  readonly to: string;
  readonly group: UsageGroup;
  readonly workspace: string | undefined;
}

/** Who or what it was: drawn by day, summed in a table. */
function Groups({ from, to, group, workspace }: GroupsProps) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const nameOf = useGroupNames();
  const [measure, setMeasure] = useState<UsageMeasure>("tokens");
  const read = (groupBy: string) => ({
    queryKey: ["admin", "usage", from, groupBy, workspace],
    queryFn: () => admin.usage({ from, groupBy, workspace }),
    staleTime: 10_000,
  });
  const { data: days, error, refetch } = useQuery(read(`day,${group}`));
  const { data: sums } = useQuery(read(group));
  if (error) return <PageState error={error} onRetry={() => void refetch()} />;
  if (!days || !sums) return null;
  if (days.length === 0) {
    return (
      <>
        <p className="text-ink-2">{t("usage.none")}</p>
        <FirstSteps />
      </>
    );
  }
  const named = days.map((row) => ({ ...row, [group]: nameOf(row, group) }));
  const series = usageSeries(named, { group, measure, from, to, others: t("usage.others") });
  const short = { notation: "compact", maximumSignificantDigits: 3 } as const;
  const format = (value: number) =>
    words.number(value, measure === "amount" ? { ...short, style: "currency", currency } : short);
  return (
    <>
      <Card
        title={t("usage.chart")}
        aside={
          <ChoiceField
            label={t("usage.measure")}
            isBare
            value={measure}
            options={MEASURES.map((name) => [name, t(`usage.${name}`)])}
            onChange={setMeasure}
          />
        }
      >
        <StackedBars series={series} label={`${t(`usage.${measure}`)}: ${t("usage.chart")}`} format={format} />
        <details className="mt-3 text-sm">
          <summary className="text-accent">{t("usage.table")}</summary>
          <UsageTable label={t("usage.table")} group={group} rows={named} byDay />
        </details>
      </Card>
      <Card title={t("usage.sums")}>
        <UsageTable
          label={t("usage.sums")}
          group={group}
          rows={sums
            .map((row) => ({ ...row, [group]: nameOf(row, group) }))
            .toSorted((a, b) => Number(b.amount) - Number(a.amount) || b.requests - a.requests)}
        />
      </Card>
    </>
  );
}

interface UsageTableProps {
  readonly label: string;
  readonly group: UsageGroup;
  readonly rows: readonly UsageView[];
  readonly byDay?: boolean;
}

function UsageTable({ label, group, rows, byDay = false }: UsageTableProps) {
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const waited = useWaits();
  const before = byDay ? [t("usage.day")] : [];
  const numbers = ["requests", "input", "output", "amount", "p50", "p95"] as const;
  return (
    <Table
      label={label}
      columns={[...before, t(`usage.by_${group}`), ...numbers.map((name) => t(`usage.${name}`))]}
      numeric={numbers.map((_, index) => before.length + 1 + index)}
      rows={rows.map((row, index) => ({
        key: String(index),
        cells: [
          ...before.map(() => words.date(Date.parse(row.day ?? ""), { dateStyle: "medium", timeZone: "UTC" })),
          row[group] ?? "",
          words.number(row.requests),
          words.number(row.prompt_tokens),
          words.number(row.output_tokens),
          words.amount(row.amount, currency),
          waited(row.ttft_p50_ms),
          waited(row.ttft_p95_ms),
        ],
      }))}
    />
  );
}

/** How long one waited, in words. */
function useWaits(): (ms: number | null) => string {
  const words = useConsoleWords();
  return (ms) => {
    if (ms === null) return "–";
    const [value, unit] = ms < 1000 ? [ms, "millisecond"] : [ms / 1000, "second"];
    return words.number(value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: ms < 1000 ? 0 : 1 });
  };
}

/** Rows name keys and workspaces by id; people know them by name. */
function useGroupNames(): (row: UsageView, group: UsageGroup) => string {
  const { t } = useConsoleWords();
  const { data: keys = [] } = useKeys();
  const { data: workspaces = [] } = useWorkspaces();
  return (row, group) => {
    const id = row[group];
    if (group === "model") return id ?? "";
    if (!id) return t(group === "user" ? "usage.programs" : "usage.signedIn");
    const named =
      group === "user" ? row.user_name : (group === "key" ? keys : workspaces).find((it) => it.id === id)?.name;
    return named ?? id.slice(0, 8);
  };
}
