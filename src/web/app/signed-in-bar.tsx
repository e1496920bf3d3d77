import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import { AccountMenu } from "./account-menu.tsx";
import { ActivityTray } from "./activity-tray.tsx";

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
