import { useQuery } from "@tanstack/react-query";
import type { PolicyApi } from "../../app/policy-api.ts";
import type { PolicyView } from "../../app/policy-views.ts";
import { useConsoleWords } from "../console-words.tsx";
import { Card } from "../parts/card.tsx";
import { useNames } from "../parts/use-scope-names.ts";

interface VersionListProps {
  readonly policies: PolicyApi;
  readonly current: number;
  readonly onRolledBack: (policy: PolicyView) => void;
}

/** What was in force, newest first; every version can be put in force again. */
export function VersionList({ policies, current, onRolledBack }: VersionListProps) {
  const words = useConsoleWords();
  const { t } = words;
  const nameOf = useNames();
  const { data = [] } = useQuery({
    queryKey: ["admin", "policy", "versions", current],
    queryFn: () => policies.versions(),
    enabled: current > 0,
  });
  if (data.length === 0) return null;
  return (
    <Card title={t("policy.history")}>
      <ul className="flex flex-col gap-2 text-sm">
        {data.map(({ version, definition, note, repeats, published_at: at, published_by: by }) => (
          <li key={version} className="flex flex-wrap items-start gap-3">
            <details className="min-w-0 flex-1">
              <summary className="num">
                {[
                  t("policy.version", { n: version }),
                  words.date(Date.parse(at), { dateStyle: "medium", timeStyle: "short" }),
                  nameOf(by),
                  repeats === null ? note : t("policy.repeats", { n: repeats }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </summary>
              <ol className="list-decimal pl-6 text-ink-2">
                {definition.rules.map((rule) => (
                  <li key={rule.id}>
                    {rule.text} ({t(`policy.${rule.action}`)})
                  </li>
                ))}
              </ol>
            </details>
            {version !== current && (
              <button
                type="button"
                className="button"
                onClick={() => void policies.rollBack(version).then(onRolledBack)}
              >
                {t("policy.rollBack", { n: version })}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
