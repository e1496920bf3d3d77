import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../../app/api.ts";
import { useConsoleWords } from "../console-words.tsx";
import { Figure } from "../parts/card.tsx";
import { useAdmin, useMay } from "../parts/use-admin.ts";

/** While the page is in sight; a hidden one asks nothing. */
const EVERY_MS = 5000;

/** How busy each model is; no data for those who do not run the installation. */
export function useLoad() {
  const admin = useAdmin();
  return useQuery({
    queryKey: ["admin", "load"],
    queryFn: () => admin.load(),
    enabled: useMay("admin"),
    refetchInterval: ({ state }) => (isRefused(state.error) ? false : EVERY_MS),
  });
}

const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 403;

/** How much is asked just now, how much of it fails, and how full the engines are. */
export function BusyNow() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const { data: recent } = useQuery({
    queryKey: ["admin", "usage", "recent"],
    queryFn: () => admin.recentUsage(),
    enabled: useMay("billing:read"),
    refetchInterval: EVERY_MS,
  });
  const { data: loads } = useLoad();
  const sum = (pick: (load: NonNullable<typeof loads>[number]) => number) =>
    loads?.reduce((total, load) => total + pick(load), 0) ?? 0;
  const atOnce = sum((load) => load.at_once ?? 0);
  if (!recent && !loads) return null;
  return (
    <dl className="grid grid-cols-2 gap-4 max-md:[&>:nth-child(3)]:col-span-2 md:grid-cols-3">
      {recent && (
        <>
          <Figure
            name={t("overview.perMinute")}
            value={words.number(recent.requests_per_minute, { maximumFractionDigits: 1 })}
            note={t("overview.lastMinutes", { n: recent.seconds / 60 })}
          />
          <Figure
            name={t("overview.failed")}
            value={
              recent.requests === 0
                ? "–"
                : words.number(recent.failed / recent.requests, { style: "percent", maximumFractionDigits: 1 })
            }
            note={t("overview.failedOf", { n: recent.failed, total: recent.requests })}
          />
        </>
      )}
      {loads && (
        <Figure
          name={t("overview.load")}
          value={atOnce === 0 ? "–" : t("overview.loadOf", { n: sum(({ running }) => running), total: atOnce })}
          note={t("overview.waiting", { n: sum(({ waiting }) => waiting) })}
        />
      )}
    </dl>
  );
}
