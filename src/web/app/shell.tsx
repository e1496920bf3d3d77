import { lazy, Suspense } from "react";
import type { ReactNode } from "react";
import { Link, Outlet } from "@tanstack/react-router";
import { Icon } from "../components/icon.tsx";
import { LANGUAGE_NAMES } from "../components/language-names.ts";
import { LANGUAGES } from "./preferences.ts";
import { useSession } from "./queries.ts";
import { usePreferences, useServices, useWords } from "./services.tsx";

const SignedInBar = lazy(async () => ({ default: (await import("./signed-in-bar.tsx")).SignedInBar }));

/** What every page has: the bar at the top, and the page under it. */
export function Shell() {
  const { t } = useWords();
  return (
    <div className="flex h-full flex-col">
      <a href="#main" className="sr-only z-50 bg-surface p-2 focus:not-sr-only focus:absolute">
        {t("app.skip")}
      </a>
      <TopBar />
      <Outlet />
    </div>
  );
}

function TopBar() {
  const { t } = useWords();
  const { data: user } = useSession();
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line bg-surface px-3 max-sm:gap-1">
      <Link to="/chat" className="text-lg font-bold tracking-tight max-sm:sr-only">
        Tramontane
      </Link>
      <nav aria-label={t("app.main")} className="flex gap-1 text-sm">
        {user && <SectionLink to="/chat">{t("app.chat")}</SectionLink>}
        {user?.scopes.some((scope) => CONSOLE_SCOPES.includes(scope)) && (
          <SectionLink to="/console">{t("app.console")}</SectionLink>
        )}
      </nav>
      <span className="grow" />
      <LanguageChoice />
      <ThemeChoice />
      {user && (
        <Suspense>
          <SignedInBar />
        </Suspense>
      )}
    </header>
  );
}

/** Whoever has one of these finds something in the console. */
const CONSOLE_SCOPES = ["admin", "billing:read", "jobs"];

function SectionLink({ to, children }: { readonly to: "/chat" | "/console"; readonly children: string }) {
  return (
    <Link
      to={to}
      className="flex min-h-9 items-center rounded-md px-2.5 text-ink-2 hover:bg-sunken max-sm:px-1.5"
      activeProps={{ className: "bg-accent-soft !text-accent font-medium hover:bg-accent-soft" }}
    >
      {children}
    </Link>
  );
}

const THEMES = [
  ["system", "app.themeSystem"],
  ["light", "app.themeLight"],
  ["dark", "app.themeDark"],
] as const;

function LanguageChoice() {
  const { preferences } = useServices();
  const { t } = useWords();
  const { language } = usePreferences();
  return (
    <ChoiceButton
      label={t("app.language")}
      value={language}
      options={LANGUAGES.map((code) => [code, LANGUAGE_NAMES[code]])}
      onChange={(code) => preferences.change({ language: code })}
    >
      <span aria-hidden="true" className="text-[13px]">
        {language.toUpperCase()}
      </span>
    </ChoiceButton>
  );
}

function ThemeChoice() {
  const { preferences } = useServices();
  const { t } = useWords();
  const { theme } = usePreferences();
  return (
    <ChoiceButton
      label={t("app.theme")}
      value={theme}
      options={THEMES.map(([value, name]) => [value, t(name)])}
      onChange={(value) => preferences.change({ theme: value })}
    >
      <Icon name="contrast" />
    </ChoiceButton>
  );
}

interface ChoiceButtonProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  readonly children: ReactNode;
}

/** The browser's own list of choices, behind a small button. */
function ChoiceButton<Value extends string>({ label, value, options, onChange, children }: ChoiceButtonProps<Value>) {
  return (
    <span className="icon-button relative has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      {children}
      <select
        aria-label={label}
        className="absolute inset-0 cursor-pointer opacity-0"
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}
