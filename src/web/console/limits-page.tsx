import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { BudgetView, LimitView } from "../app/admin-views.ts";
import { Icon } from "../components/icon.tsx";
import type { ConsoleKey } from "../i18n/console/catalog.ts";
import { useConsoleWords } from "./console-words.tsx";
import { BudgetDialog, LimitDialog } from "./limit-dialogs.tsx";
import { Badge, Card } from "./parts/card.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Progress } from "./parts/progress.tsx";
import { useAdmin, useCurrency, useMay } from "./parts/use-admin.ts";
import { useScopeNames } from "./parts/use-scope-names.ts";

const LIMITS = ["admin", "limits"] as const;
const BUDGETS = ["admin", "budgets"] as const;

/** /console/limits: how fast and how much: limits per scope and model, budgets with what is spent of them. */
export function LimitsPage() {
  const { t } = useConsoleWords();
  return (
    <>
      <PageHead title={t("console.limits")} lead={t("limits.lead")} />
      <Budgets />
      <Limits />
    </>
  );
}

function Budgets() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const queries = useQueryClient();
  const nameOf = useScopeNames();
  const mayChange = useMay("billing:write");
  const [isMaking, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: BUDGETS, queryFn: () => admin.budgets() });
  const reload = () => queries.invalidateQueries({ queryKey: BUDGETS });
  const used = ({ spent, reserved }: BudgetView) => Number(spent) + Number(reserved);
  const toneOf = (budget: BudgetView) => {
    const share = used(budget) / Number(budget.cap);
    return share >= 1 ? "danger" : share >= 0.8 ? "warn" : "accent";
  };
  return (
    <Card
      title={t("limits.budgets")}
      aside={
        mayChange && (
          <button type="button" className="button" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            {t("limits.newBudget")}
          </button>
        )
      }
    >
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className="text-sm text-ink-2">{t("limits.noBudgets")}</p>}
      <ul className="flex flex-col gap-3">
        {data?.map((budget) => (
          <li key={budget.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
            <span className="min-w-0 flex-1 basis-64">
              <span className="flex flex-wrap items-center gap-2">
                {nameOf(budget)} {budget.model && <Badge tone="plain">{budget.model}</Badge>}
                <Badge tone="plain">{t(`limits.at_${budget.at_cap}`)}</Badge>
              </span>
              <span className="num mt-0.5 mb-1.5 block text-[13px] text-ink-2">
                {t(budget.period === "month" ? "limits.spentMonth" : "limits.spentTotal", {
                  spent: words.money(used(budget) * 1e6, currency),
                  cap: words.amount(budget.cap, currency),
                })}
              </span>
              <Progress label={nameOf(budget)} value={used(budget)} max={Number(budget.cap)} tone={toneOf(budget)} />
            </span>
            {mayChange && (
              <button
                type="button"
                className="button"
                aria-label={t("limits.removeOf", { name: nameOf(budget) })}
                onClick={() => void admin.removeBudget(budget.id).then(reload)}
              >
                {t("app.remove")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {isMaking && <BudgetDialog onDone={reload} onClose={() => setMaking(false)} />}
    </Card>
  );
}

const MEASURES: readonly (readonly [keyof LimitView, ConsoleKey])[] = [
  ["requests_per_second", "limits.perSecond"],
  ["tokens_per_minute", "limits.perMinute"],
  ["tokens_per_month", "limits.perMonth"],
  ["concurrent_requests", "limits.atOnce"],
];

function Limits() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const nameOf = useScopeNames();
  const [isMaking, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: LIMITS, queryFn: () => admin.limits() });
  const reload = () => queries.invalidateQueries({ queryKey: LIMITS });
  const rulesOf = (limit: LimitView) =>
    MEASURES.filter(([name]) => limit[name] !== null).map(([name, key]) => t(key, { n: Number(limit[name]) }));
  return (
    <Card
      title={t("limits.rates")}
      aside={
        <button type="button" className="button" onClick={() => setMaking(true)}>
          <Icon name="plus" size={16} />
          {t("limits.newLimit")}
        </button>
      }
    >
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className="text-sm text-ink-2">{t("limits.noLimits")}</p>}
      <ul className="flex flex-col gap-2">
        {data?.map((limit) => (
          <li key={limit.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
            <span className="num min-w-0 flex-1">
              {[nameOf(limit), limit.model].filter(Boolean).join(" · ")}
              <span className="block text-[13px] text-ink-2">{rulesOf(limit).join(" · ")}</span>
            </span>
            <button
              type="button"
              className="button"
              aria-label={t("limits.removeOf", { name: nameOf(limit) })}
              onClick={() => void admin.removeLimit(limit.id).then(reload)}
            >
              {t("app.remove")}
            </button>
          </li>
        ))}
      </ul>
      {isMaking && <LimitDialog onDone={reload} onClose={() => setMaking(false)} />}
    </Card>
  );
}
