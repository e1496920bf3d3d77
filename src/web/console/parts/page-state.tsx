import type { ReactNode } from "react";
import { ApiError } from "../../app/api.ts";
import { useConsoleWords } from "../console-words.tsx";

interface PageStateProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Why a page has nothing to show, and what to do about it. */
export function PageState({ error, onRetry }: PageStateProps) {
  const { t } = useConsoleWords();
  if (error instanceof ApiError && error.status === 403) return <p className="text-ink-2">{t("console.refused")}</p>;
  return (
    <div role="alert">
      <p className="mb-3 text-ink-2">{t("app.failed")}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t("app.retry")}
      </button>
    </div>
  );
}

interface PageHeadProps {
  readonly title: string;
  readonly lead?: string;
  /** What can be done on the page, at its right. */
  readonly children?: ReactNode;
}

export function PageHead({ title, lead, children }: PageHeadProps) {
  return (
    <div>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-[26px] leading-8 font-[650] tracking-tight">{title}</h1>
        <div className="flex flex-wrap gap-2">{children}</div>
      </div>
      {lead !== undefined && <p className="mt-2 max-w-[46rem] text-ink-2">{lead}</p>}
    </div>
  );
}
