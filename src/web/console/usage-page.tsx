import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import type { UsageView } from "../app/admin-views.ts";
import { Icon } from "../components/icon.tsx";
import { saveFile } from "../components/save-file.ts";
import { useConsoleWords } from "./console-words.tsx";
import { Card, Figure } from "./parts/card.tsx";
import { ChoiceField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { StackedBars } from "./parts/stacked-bars.tsx";
import { Table } from "./parts/table.tsx";
import { useAdmin, useCurrency } from "./parts/use-admin.ts";
import { useKeys, useWorkspaces } from "./parts/use-scope-names.ts";
import { dayOf, sumUsage } from "./usage-sums.ts";
import type { UsageGroup } from "./usage-sums.ts";

const RANGES = ["7", "30", "90"] as const;
const GROUPS = ["model", "key", "workspace"] as const;
const DAY_MS = 86_400_000;

/** /console/usage: tokens and money by day and model, key or workspace: sums, chart, table, file. */
export function UsagePage() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const nameOf = useGroupNames();
  const [range, setRange] = useState<(typeof RANGES)[number]>("30");
  const [group, setGroup] = useState<UsageGroup>("model");
  const today = dayOf(Date.now());
  const from = dayOf(Date.now() - (Number(range) - 1) * DAY_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "usage", from, group],
    queryFn: async () => (await admin.usage({ from, groupBy: `day,${group}` })).map((row) => nameOf(row, group)),
    staleTime: 10_000,
  });
  const sums = data && sumUsage(data, { group, from, to: today });
  const download = async () =>
    saveFile(`usage-${from}-${today}.csv`, await admin.usageCsv({ from, groupBy: `day,${group}` }), "text/csv");
  return (
    <>
      <PageHead title={t("console.usage")}>
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
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {sums && sums.requests === 0 && <p className="text-ink-2">{t("usage.none")}</p>}
      {sums && sums.requests > 0 && (
        <>
          <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
            <Figure name={t("usage.requests")} value={words.number(sums.requests)} />
            <Figure
              name={t("usage.input")}
              value={words.number(sums.promptTokens)}
              note={t("usage.cachedOf", { n: sums.cachedTokens })}
            />
            <Figure name={t("usage.output")} value={words.number(sums.outputTokens)} />
            <Figure name={t("usage.amount")} value={words.money(sums.amount * 1e6, currency)} />
          </dl>
          <Card title={t("usage.chart")}>
            <StackedBars sums={sums} label={t("usage.chart")} />
            <details className="mt-3 text-sm">
              <summary className="text-accent">{t("usage.table")}</summary>
              <Table
                label={t("usage.table")}
                columns={[
                  t("usage.day"),
                  t(`usage.by_${group}`),
                  t("usage.requests"),
                  t("usage.input"),
                  t("usage.output"),
                  t("usage.amount"),
                ]}
                rows={data.map((row) => ({
                  key: `${row.day} ${row[group]}`,
                  cells: [
                    words.date(Date.parse(row.day ?? ""), { dateStyle: "medium", timeZone: "UTC" }),
                    row[group] ?? "",
                    words.number(row.requests),
                    words.number(row.prompt_tokens),
                    words.number(row.output_tokens),
                    words.amount(row.amount, currency),
                  ],
                }))}
              />
            </details>
          </Card>
        </>
      )}
    </>
  );
}

/** Rows name keys and workspaces by id; people know them by name. */
function useGroupNames(): (row: UsageView, group: UsageGroup) => UsageView {
  const { t } = useConsoleWords();
  const { data: keys = [] } = useKeys();
  const { data: workspaces = [] } = useWorkspaces();
  return (row, group) => {
    if (group === "model") return row;
    const id = row[group];
    if (!id) return { ...row, [group]: t("usage.signedIn") };
    const name = (group === "key" ? keys : workspaces).find((it) => it.id === id)?.name;
    return { ...row, [group]: name ?? id.slice(0, 8) };
  };
}
