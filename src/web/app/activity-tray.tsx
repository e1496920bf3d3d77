import { useState } from "react";
import { Link } from "@tanstack/react-router";
import type { JobView } from "#protocol";
import { Icon } from "../components/icon.tsx";
import { useJobs, useSession } from "./queries.ts";
import { useWords } from "./services.tsx";

const PLACES = { pull: "/console/models", batch: "/console/batches" } as const;

/** Every long job, wherever one is: a button that says how many run, and a list that says how far they are. */
export function ActivityTray() {
  const { t } = useWords();
  const { data: jobs = [] } = useJobs();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = jobs.filter(({ id, state }) => state === "running" || !hidden.has(id));
  const running = jobs.filter(({ state }) => state === "running").length;
  if (shown.length === 0) return null;
  return (
    <>
      <button
        type="button"
        className="icon-button relative"
        aria-label={t("activity.running", { n: running })}
        title={t("activity.title")}
        popoverTarget="activity"
      >
        <Icon name="activity" />
        {running > 0 && (
          <span
            aria-hidden="true"
            className="num absolute top-0.5 right-0.5 min-w-4 rounded-full bg-accent px-1 text-[11px] leading-4 text-on-accent"
          >
            {running}
          </span>
        )}
      </button>
      <section
        id="activity"
        popover="auto"
        aria-label={t("activity.title")}
        className="popover fixed top-12 right-2 left-auto m-0 w-80 text-ink"
      >
        <div className="flex items-center justify-between gap-2 px-2.5 pt-1.5 pb-1">
          <h2 className="text-sm font-semibold">{t("activity.title")}</h2>
          {shown.some(({ state }) => state !== "running") && (
            <button
              type="button"
              className="min-h-6 text-[13px] text-accent"
              onClick={() => setHidden(new Set(jobs.map(({ id }) => id)))}
            >
              {t("activity.clear")}
            </button>
          )}
        </div>
        <ul>
          {shown.map((job) => (
            <Job key={job.id} job={job} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Job({ job }: { readonly job: JobView }) {
  const words = useWords();
  const { t } = words;
  const { data: user } = useSession();
  const place = job.kind === "library" ? undefined : PLACES[job.kind];
  const isOpen = place !== undefined && user?.scopes.includes(job.kind === "pull" ? "admin" : "jobs") === true;
  const percent = words.number(job.fraction, { style: "percent", maximumFractionDigits: 0 });
  const content = (
    <>
      <span className="flex w-full items-baseline justify-between gap-3">
        <span className="truncate">{job.name}</span>
        <span className="num shrink-0 text-xs text-ink-2">
          {job.state === "running" ? percent : t(`activity.${job.state}`)}
        </span>
      </span>
      <span className="w-full text-xs text-ink-3">{t(`activity.${job.kind}`)}</span>
      {job.state === "running" && (
        <span
          role="progressbar"
          aria-label={job.name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(job.fraction * 100)}
          className="mt-1 h-1.5 w-full overflow-hidden rounded-full bg-sunken"
        >
          <span className="block h-full bg-accent" style={{ width: `${job.fraction * 100}%` }} />
        </span>
      )}
    </>
  );
  const look = "menu-item flex-col items-start gap-0";
  return (
    <li>
      {isOpen ? (
        <Link
          to={place}
          className={`${look} hover:bg-accent-soft`}
          onClick={() => document.querySelector<HTMLElement>("#activity")?.hidePopover()}
        >
          {content}
        </Link>
      ) : (
        <div className={`${look} cursor-default`}>{content}</div>
      )}
    </li>
  );
}
