import { useEffect, useRef } from "react";
import { Link, Outlet } from "@tanstack/react-router";
import { I18nProvider } from "react-aria-components";
import { useSession } from "../app/queries.ts";
import { useWords } from "../app/services.tsx";
import { ConsoleWordsProvider, useConsoleWords } from "./console-words.tsx";

const GROUPS = [
  {
    name: "console.build",
    sections: [
      { to: "/console", name: "console.overview", scope: undefined },
      { to: "/console/playground", name: "console.playground", scope: "inference" },
      { to: "/console/models", name: "console.models", scope: undefined },
      { to: "/console/keys", name: "console.keys", scope: "admin" },
      { to: "/console/batches", name: "console.batches", scope: "jobs" },
    ],
  },
  {
    name: "console.account",
    sections: [
      { to: "/console/usage", name: "console.usage", scope: "billing:read" },
      { to: "/console/commitment", name: "console.commitment", scope: "billing:read" },
      { to: "/console/limits", name: "console.limits", scope: "admin" },
    ],
  },
  {
    name: "console.govern",
    sections: [
      { to: "/console/policy", name: "console.policy", scope: "admin" },
      { to: "/console/moderation", name: "console.moderation", scope: "admin" },
      { to: "/console/members", name: "console.members", scope: "admin" },
      { to: "/console/audit", name: "console.audit", scope: "admin" },
    ],
  },
] as const;

/** The console: its sections at the side, or in a row on narrow screens. Only what the reader may use is there. */
export function ConsoleLayout() {
  const { language } = useWords();
  const port = useSession().data?.consolePort;
  return (
    <I18nProvider locale={language}>
      <ConsoleWordsProvider>{port === undefined ? <Pages /> : <Elsewhere port={port} />}</ConsoleWordsProvider>
    </I18nProvider>
  );
}

function Pages() {
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <Sections />
      <main id="main" className="min-w-0 flex-1 overflow-y-auto" tabIndex={-1}>
        <div className="mx-auto flex max-w-5xl flex-col gap-5 p-6 max-sm:p-4">
          <Outlet />
        </div>
      </main>
    </div>
  );
}

/** The admin API has a port of its own, and its pages with it. Sessions hold on every port of a host. */
function Elsewhere({ port }: { readonly port: number }) {
  const { t } = useConsoleWords();
  const { protocol, hostname, pathname } = location;
  return (
    <main id="main" className="m-auto max-w-md p-6 text-center" tabIndex={-1}>
      <h1 className="mb-2 text-xl font-semibold">{t("console.elsewhere")}</h1>
      <p className="mb-4 text-ink-2">{t("console.elsewhereText", { port: String(port) })}</p>
      <a href={`${protocol}//${hostname}:${port}${pathname}`} className="button button-primary">
        {t("console.openThere")}
      </a>
    </main>
  );
}

function Sections() {
  const { t } = useConsoleWords();
  const { data: user } = useSession();
  const nav = useRef<HTMLElement>(null);
  // Where the sections are a row, the one that is open may stand outside of it.
  useEffect(() => {
    // In braces: newer browsers return a promise here, which is no clean-up.
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, []);
  const isAllowed = (scope: string | undefined) => scope === undefined || user?.scopes.includes(scope) === true;
  return (
    <nav
      ref={nav}
      aria-label={t("console.sections")}
      className="flex shrink-0 gap-1 overflow-x-auto border-line p-2 text-sm max-md:border-b md:w-52 md:flex-col md:overflow-y-auto md:border-r"
    >
      {GROUPS.map(({ name, sections }) => {
        const allowed = sections.filter(({ scope }) => isAllowed(scope));
        if (allowed.length === 0) return null;
        return (
          <div key={name} role="group" aria-label={t(name)} className="flex gap-1 md:mb-3 md:flex-col">
            <p aria-hidden="true" className="px-2.5 pt-1 text-xs text-ink-3 max-md:hidden">
              {t(name)}
            </p>
            {allowed.map((section) => (
              <Link
                key={section.to}
                to={section.to}
                activeOptions={{ exact: section.to === "/console" }}
                className="flex min-h-9 items-center rounded-md px-2.5 whitespace-nowrap text-ink-2 hover:bg-sunken pointer-coarse:min-h-11"
                activeProps={{ className: "bg-accent-soft !text-accent font-medium hover:bg-accent-soft" }}
              >
                {t(section.name)}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}
