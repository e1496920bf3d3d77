import { lazy, Suspense, useCallback, useState } from "react";
import { Outlet } from "@tanstack/react-router";
import { I18nProvider } from "react-aria-components";
import { useWords } from "../app/services.tsx";
import { DrawerContext } from "./drawer.tsx";
import { Sidebar } from "./sidebar.tsx";

const ConversationsDrawer = lazy(async () => ({
  default: (await import("./conversations-drawer.tsx")).ConversationsDrawer,
}));
const nothing = (): void => {};

/** The list of conversations beside the open one; below 768 px it is a drawer. */
export function ChatLayout() {
  const { language } = useWords();
  const [isOpen, setOpen] = useState(false);
  const open = useCallback(() => setOpen(true), []);
  return (
    <I18nProvider locale={language}>
      <div className="flex min-h-0 flex-1">
        <aside className="w-64 shrink-0 border-r border-line max-md:hidden">
          <Sidebar onChosen={nothing} />
        </aside>
        {isOpen && (
          <Suspense>
            <ConversationsDrawer onClose={() => setOpen(false)} />
          </Suspense>
        )}
        <DrawerContext value={open}>
          <Outlet />
        </DrawerContext>
      </div>
    </I18nProvider>
  );
}
