import { useState } from "react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Icon } from "../components/icon.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { Card } from "./parts/card.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Table } from "./parts/table.tsx";
import { useAdmin } from "./parts/use-admin.ts";
import { useNames } from "./parts/use-scope-names.ts";

const PAGE = 1000;

/** /console/audit: who did what, newest first; and whether the chain of records is whole. */
export function AuditPage() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const nameOf = useNames();
  const [verdict, setVerdict] = useState<string>();
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ["admin", "audit"],
    queryFn: ({ pageParam }) => admin.audit(pageParam),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.sequence),
  });
  const verify = async () => {
    const { intact, records = 0, broken_at: at = 0 } = await admin.verifyAudit();
    setVerdict(intact ? t("audit.intact", { n: records }) : t("audit.broken", { n: at }));
  };
  const records = data?.pages.flat().toReversed() ?? [];
  return (
    <>
      <PageHead title={t("console.audit")} lead={t("audit.lead")}>
        <button type="button" className="button" onClick={() => void verify()}>
          <Icon name="shield" size={16} />
          {t("audit.verify")}
        </button>
      </PageHead>
      <p role="status" className="min-h-6 text-sm text-ok">
        {verdict}
      </p>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {hasNextPage && (
        <button type="button" className="button self-start" onClick={() => void fetchNextPage()}>
          {t("audit.more")}
        </button>
      )}
      {data && (
        <Card title={t("audit.records", { n: records.length })}>
          <Table
            label={t("console.audit")}
            columns={[t("audit.at"), t("audit.actor"), t("audit.event"), t("audit.target")]}
            rows={records.map(({ sequence, at, actor, event, target, details }) => ({
              key: String(sequence),
              cells: [
                <span key="at" className="sm:whitespace-nowrap">
                  {words.date(Date.parse(at), { dateStyle: "short", timeStyle: "medium" })}
                </span>,
                <span key="actor" title={actor}>
                  {nameOf(actor)}
                </span>,
                <code key="event" className="font-mono text-xs sm:whitespace-nowrap">
                  {event}
                </code>,
                <details key="target">
                  <summary>{nameOf(target, details)}</summary>
                  <pre className="text-start font-mono text-xs whitespace-pre-wrap text-ink-2">
                    {JSON.stringify({ actor, target, details }, undefined, 1)}
                  </pre>
                </details>,
              ],
            }))}
          />
        </Card>
      )}
    </>
  );
}
