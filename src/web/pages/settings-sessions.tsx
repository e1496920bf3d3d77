import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useServices, useWords } from "../app/services.tsx";

const SESSIONS = ["sessions"] as const;

/** The browsers one is signed in with; each, or all but this one, can be signed out. */
export function SettingsSessions() {
  const { api } = useServices();
  const words = useWords();
  const { t } = words;
  const queries = useQueryClient();
  const { data = [] } = useQuery({ queryKey: SESSIONS, queryFn: async () => (await api.sessions()).sessions });
  const after = async (work: Promise<void>) => {
    await work.catch(() => {});
    // One that is gone already, or still there: what is so now is shown.
    await queries.invalidateQueries({ queryKey: SESSIONS });
  };
  return (
    <section>
      <h2 className="mb-2 font-semibold">{t("settings.sessions")}</h2>
      <ul className="rounded-lg border border-line bg-surface text-sm">
        {data.map(({ id, browser, createdAtMs, isCurrent }) => (
          <li key={id} className="flex min-h-12 items-center gap-3 border-line px-4 py-1.5 not-first:border-t">
            <span className="min-w-0 flex-1">
              <span className="block truncate">{browser ?? t("settings.someBrowser")}</span>
              <span className="block text-[13px] text-ink-2">
                {t("settings.since", { date: words.date(createdAtMs, { dateStyle: "medium", timeStyle: "short" }) })}
              </span>
            </span>
            {isCurrent ? (
              <span className="text-[13px] text-ok">{t("settings.thisBrowser")}</span>
            ) : (
              <button type="button" className="button" onClick={() => void after(api.endSession(id))}>
                {t("app.signOut")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {data.length > 1 && (
        <button type="button" className="button mt-2" onClick={() => void after(api.endOtherSessions())}>
          {t("settings.signOutOthers")}
        </button>
      )}
    </section>
  );
}
