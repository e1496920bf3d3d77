import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { Link, useNavigate } from "@tanstack/react-router";
import { Icon } from "../components/icon.tsx";
import { ActivityTray } from "./activity-tray.tsx";
import { useServices, useWords } from "./services.tsx";

const CommandPalette = lazy(async () => ({ default: (await import("./command-palette.tsx")).CommandPalette }));

/** What the bar at the top has for whoever is signed in. Loaded after the page, which does not need it to be read. */
export function SignedInBar() {
  return (
    <>
      <ActivityTray />
      <AccountMenu />
      <GlobalKeys />
    </>
  );
}

/** A plain popover of the browser: the shell stays small, menus come with the pages that need them. */
function AccountMenu() {
  const { api } = useServices();
  const { t } = useWords();
  const signOut = async () => {
    await api.signOut();
    // A new page: nothing of the old session stays in memory.
    location.assign("/login");
  };
  const close = () => document.querySelector<HTMLElement>("#account")?.hidePopover();
  return (
    <>
      <button type="button" className="icon-button" aria-label={t("app.account")} popoverTarget="account">
        <Icon name="user" />
      </button>
      <div id="account" popover="auto" className="popover fixed top-12 right-2 left-auto m-0 text-ink">
        <Link to="/settings" className="menu-item hover:bg-accent-soft" onClick={close}>
          <Icon name="gear" size={16} />
          {t("app.settings")}
        </Link>
        <button type="button" className="menu-item w-full hover:bg-accent-soft" onClick={() => void signOut()}>
          <Icon name="out" size={16} />
          {t("app.signOut")}
        </button>
      </div>
    </>
  );
}

/** Keys that mean the same on every page: the palette, a new chat, to the box one writes in. */
function GlobalKeys() {
  const navigate = useNavigate();
  const [isPaletteOpen, setPalette] = useState(false);
  const closePalette = useCallback(() => setPalette(false), []);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const isTyping =
        event.target instanceof Element && event.target.closest("input,textarea,select,[role=dialog]") !== null;
      if (isCommand && event.shiftKey && event.key.toLowerCase() === "o") {
        event.preventDefault();
        void navigate({ to: "/chat" });
      } else if (isCommand && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((isOpen) => !isOpen);
      } else if (event.key === "?" && !isTyping) {
        event.preventDefault();
        void navigate({ to: "/settings", hash: "keyboard" });
      } else if (event.key === "/" && !isTyping) {
        event.preventDefault();
        document.querySelector<HTMLElement>("#composer")?.focus();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [navigate]);

  return (
    isPaletteOpen && (
      <Suspense>
        <CommandPalette onClose={closePalette} />
      </Suspense>
    )
  );
}
