import type { AppModel } from "#protocol";
import { useWords } from "../app/services.tsx";

interface WelcomeProps {
  readonly model: AppModel | undefined;
  readonly hasModels: boolean;
  readonly onExample: (text: string) => void;
}

/** A conversation that has not begun: who answers, and four questions to begin with. */
export function Welcome({ model, hasModels, onExample }: WelcomeProps) {
  const { t } = useWords();
  const examples = (["welcome.one", "welcome.two", "welcome.three", "welcome.four"] as const).map((key) => t(key));
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 py-8" tabIndex={-1}>
      <div className="m-auto w-full max-w-[46rem]">
        <h1 className="mb-1 text-[30px] leading-9 font-[650] tracking-tight">{t("welcome.title")}</h1>
        <p className="mb-6 min-h-6 text-ink-2">
          {model
            ? t("welcome.model", { model: model.id, n: model.contextTokens })
            : hasModels
              ? t("welcome.noModel")
              : ""}
        </p>
        <ul className="grid gap-2 sm:grid-cols-2">
          {examples.map((text) => (
            <li key={text}>
              <button
                type="button"
                disabled={model === undefined}
                className="h-full w-full rounded-lg border border-line-strong bg-surface px-4 py-3 text-left text-sm hover:bg-sunken disabled:text-ink-3"
                onClick={() => onExample(text)}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
