import { Link, Outlet } from "@tanstack/react-router";
import { I18nProvider } from "react-aria-components";
import { useSession } from "../app/queries.ts";
import { useWords } from "../app/services.tsx";

const SECTIONS = [
  { to: "/console/models", name: "console.models", scope: undefined },
  { to: "/console/keys", name: "console.keys", scope: "admin" },
  { to: "/console/usage", name: "console.usage", scope: "billing:read" },
] as const;

/** The console: its sections at the side, or in a row on narrow screens. Only what the reader may use is there. */
export function ConsoleLayout() {
  const { t, language } = useWords();
  const { data: user } = useSession();
  const allowed = SECTIONS.filter(({ scope }) => scope === undefined || user?.scopes.includes(scope));
  return (
    <I18nProvider locale={language}>
      <div className="flex min-h-0 flex-1 max-md:flex-col">
        <nav
          aria-label={t("console.sections")}
          className="flex shrink-0 gap-1 overflow-x-auto border-line p-2 text-sm max-md:border-b md:w-52 md:flex-col md:border-r"
        >
          {allowed.map(({ to, name }) => (
            <Link
              key={to}
              to={to}
              className="flex min-h-9 items-center rounded-md px-2.5 whitespace-nowrap text-ink-2 hover:bg-sunken pointer-coarse:min-h-11"
              activeProps={{ className: "bg-accent-soft !text-accent font-medium hover:bg-accent-soft" }}
            >
              {t(name)}
            </Link>
          ))}
        </nav>
        <main id="main" className="min-w-0 flex-1 overflow-y-auto" tabIndex={-1}>
          <div className="mx-auto flex max-w-5xl flex-col gap-5 p-6 max-sm:p-4">
            <Outlet />
          </div>
        </main>
      </div>
    </I18nProvider>
  );
}
