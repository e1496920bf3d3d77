import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { AdminApi } from "../app/admin-api.ts";
import { useServices, useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { PageState, PageTitle } from "./page-state.tsx";
import { StackedBars } from "./stacked-bars.tsx";
import { dayOf, sumUsage } from "./usage-sums.ts";

const RANGES = [7, 30, 90];
const DAY_MS = 86_400_000;

/** /console/usage: tokens by day and model, the sums, the table, and the file. */
export function UsagePage() {
  const { api } = useServices();
  const words = useWords();
  const { t } = words;
  const admin = new AdminApi(api.call);
  const [days, setDays] = useState(30);
  const today = dayOf(Date.now());
  const from = dayOf(Date.now() - (days - 1) * DAY_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "usage", from],
    queryFn: async () => (await admin.usage(from)).data,
    staleTime: 10_000,
  });
  const sums = data && sumUsage(data, from, today);
  const download = async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await admin.usageCsv(from)], { type: "text/csv" }));
    link.download = `usage-${from}-${today}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <PageTitle>{t("console.usage")}</PageTitle>
        <div className="flex gap-2">
          <select
            aria-label={t("usage.range")}
            className="field w-auto"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {RANGES.map((range) => (
              <option key={range} value={range}>
                {t("usage.days", { n: range })}
              </option>
            ))}
          </select>
          <button type="button" className="button" onClick={() => void download()}>
            <Icon name="download" size={16} />
            {t("usage.csv")}
          </button>
        </div>
      </div>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {sums && sums.requests === 0 && <p className="text-ink-2">{t("usage.none")}</p>}
      {sums && sums.requests > 0 && (
        <>
          <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
            <Figure name={t("usage.requests")} value={sums.requests} />
            <Figure name={t("usage.input")} value={sums.promptTokens} />
            <Figure name={t("usage.cached")} value={sums.cachedTokens} />
            <Figure name={t("usage.output")} value={sums.outputTokens} />
          </dl>
          <section className="rounded-lg border border-line bg-surface p-4">
            <h2 className="mb-3 font-semibold">{t("usage.chart")}</h2>
            <StackedBars sums={sums} />
            <details className="mt-3 text-sm">
              <summary className="text-accent">{t("usage.table")}</summary>
              <div className="mt-2 overflow-x-auto" tabIndex={0} role="region" aria-label={t("usage.table")}>
                <table className="num w-full text-left">
                  <thead>
                    <tr className="text-ink-3">
                      {(
                        [
                          "usage.day",
                          "composer.model",
                          "usage.requests",
                          "usage.input",
                          "usage.output",
                          "usage.amount",
                        ] as const
                      ).map((name) => (
                        <th key={name} scope="col" className="py-1 pr-4 font-normal">
                          {t(name)}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {data.map((row) => (
                      <tr key={`${row.day} ${row.model}`} className="border-t border-line">
                        <td className="py-1 pr-4">
                          {words.date(Date.parse(row.day ?? ""), { dateStyle: "medium", timeZone: "UTC" })}
                        </td>
                        <td className="py-1 pr-4">{row.model}</td>
                        <td className="py-1 pr-4">{words.number(row.requests)}</td>
                        <td className="py-1 pr-4">{words.number(row.prompt_tokens)}</td>
                        <td className="py-1 pr-4">{words.number(row.output_tokens)}</td>
                        <td className="py-1 pr-4">{row.amount}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          </section>
        </>
      )}
    </>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  const words = useWords();
  return (
    <div className="rounded-lg border border-line bg-surface p-4">
      <dt className="text-[13px] text-ink-2">{name}</dt>
      <dd className="num text-[26px] leading-8 font-bold">{words.number(value)}</dd>
    </div>
  );
}
