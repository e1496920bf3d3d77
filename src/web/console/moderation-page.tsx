import { useState } from "react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PolicyApi } from "../app/policy-api.ts";
import type { DecisionView } from "../app/policy-views.ts";
import { useServices } from "../app/services.tsx";
import { categoryName } from "../chat/category-name.ts";
import { useConsoleWords } from "./console-words.tsx";
import { Badge, Card } from "./parts/card.tsx";
import { ChoiceField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Table } from "./parts/table.tsx";
import { useNames } from "./parts/use-scope-names.ts";
import { OUTCOME_TONES } from "./policy/policy-trial.tsx";

const MODERATION = ["admin", "moderation"] as const;
const PAGE = 50;
const OUTCOMES = ["refuse", "warn", "log", "failed_open", "failed_closed"] as const;

/** /console/moderation: what the policy did, by which rule; whether it was right, and how often each rule was. */
export function ModerationPage() {
  const { api } = useServices();
  const { t } = useConsoleWords();
  const policies = new PolicyApi(api.call);
  const [outcome, setOutcome] = useState<"" | (typeof OUTCOMES)[number]>("");
  const log = useInfiniteQuery({
    queryKey: [...MODERATION, outcome],
    queryFn: ({ pageParam }) =>
      policies.decisions(
        `?limit=${PAGE}${outcome === "" ? "" : `&outcome=${outcome}`}${pageParam === "" ? "" : `&before=${pageParam}`}`,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
  });
  const decisions = log.data?.pages.flat() ?? [];
  return (
    <>
      <PageHead title={t("console.moderation")} lead={t("moderation.lead")}>
        <ChoiceField
          label={t("moderation.filter")}
          isBare
          value={outcome}
          options={[["", t("moderation.all")], ...OUTCOMES.map((it) => [it, t(`policy.${it}`)] as const)]}
          onChange={setOutcome}
        />
      </PageHead>
      <Precision policies={policies} />
      {log.error && <PageState error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && decisions.length === 0 && (
        <p className="text-ink-2">
          {t("moderation.none")}{" "}
          <Link to="/console/policy" className="text-accent underline">
            {t("console.policy")}
          </Link>
        </p>
      )}
      <ul className="flex flex-col gap-3">
        {decisions.map((decision) => (
          <Decision key={decision.id} decision={decision} policies={policies} />
        ))}
      </ul>
      {log.hasNextPage && (
        <button type="button" className="button self-center" onClick={() => void log.fetchNextPage()}>
          {t("moderation.older")}
        </button>
      )}
    </>
  );
}

function Precision({ policies }: { readonly policies: PolicyApi }) {
  const words = useConsoleWords();
  const { t } = words;
  const { data = [] } = useQuery({ queryKey: [...MODERATION, "precision"], queryFn: () => policies.precision() });
  if (data.length === 0) return null;
  return (
    <Card title={t("moderation.precision")}>
      <Table
        label={t("moderation.precision")}
        columns={[t("moderation.rule"), t("moderation.decisions"), t("moderation.reviewed"), t("moderation.share")]}
        numeric={[1, 2, 3]}
        rows={data.map((it) => ({
          key: it.rule_id,
          cells: [
            `${it.rule_number}. ${it.rule}`,
            words.number(it.decisions),
            words.number(it.right + it.wrong),
            it.precision === null ? "–" : words.number(it.precision, { style: "percent" }),
          ],
        }))}
      />
    </Card>
  );
}

function Decision({ decision, policies }: { readonly decision: DecisionView; readonly policies: PolicyApi }) {
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const nameOf = useNames();
  const [excerpt, setExcerpt] = useState<string | null>();
  const { id, outcome, rule, rule_number: number, category, score, verdict } = decision;
  const review = async (said: "right" | "wrong") => {
    await policies.review(id, verdict === said ? null : said);
    await queries.invalidateQueries({ queryKey: MODERATION });
  };
  return (
    <li className="grid gap-x-4 gap-y-2 rounded-lg border border-line bg-surface p-4 text-sm md:grid-cols-[1fr_auto]">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={OUTCOME_TONES[outcome] ?? "danger"}>{t(`policy.${outcome}`)}</Badge>
        <span className="font-semibold">
          {rule === null ? t("message.rulesVersion", { version: decision.policy_version }) : `${number}. ${rule}`}
        </span>
      </div>
      <p className="num text-[13px] text-ink-2 md:col-start-1">
        {[
          words.date(Date.parse(decision.at), { dateStyle: "medium", timeStyle: "medium" }),
          nameOf(decision.actor),
          t(`policy.${decision.stage}`),
          category === null ? undefined : categoryName(words, category),
          score === null ? undefined : t("message.certainty", { n: words.number(score, { maximumFractionDigits: 2 }) }),
        ]
          .filter(Boolean)
          .join(" · ")}
        <span className="block font-mono text-xs text-ink-3">{decision.request_id}</span>
      </p>
      {typeof excerpt === "string" && <p className="rounded-md bg-sunken p-2 wrap-anywhere md:col-span-2">{excerpt}</p>}
      <div className="flex flex-wrap gap-2 md:col-start-2 md:row-span-2 md:row-start-1 md:self-center">
        {decision.has_excerpt && excerpt === undefined && (
          <button type="button" className="button" onClick={() => void policies.excerpt(id).then(setExcerpt)}>
            {t("moderation.show")}
          </button>
        )}
        {(rule === null ? [] : (["right", "wrong"] as const)).map((said) => (
          <button
            key={said}
            type="button"
            aria-pressed={verdict === said}
            className={`button ${verdict === said ? "!border-accent !bg-accent-soft" : ""}`}
            onClick={() => void review(said)}
          >
            {t(`moderation.${said}`)}
          </button>
        ))}
      </div>
    </li>
  );
}
