import { ApiError } from "../app/api.ts";
import { useWords } from "../app/services.tsx";

interface PageStateProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Why a page has nothing to show, and what to do about it. */
export function PageState({ error, onRetry }: PageStateProps) {
  const { t } = useWords();
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

export function PageTitle({ children }: { readonly children: string }) {
  return <h1 className="text-[26px] leading-8 font-[650] tracking-tight">{children}</h1>;
}
