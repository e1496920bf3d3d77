import { useCallback, useState } from "react";
import { Outlet } from "@tanstack/react-router";
import { Dialog, I18nProvider, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../app/services.tsx";
import { DrawerContext } from "./drawer.tsx";
import { Sidebar } from "./sidebar.tsx";

/** The list of conversations beside the open one; below 768 px it is a drawer. */
export function ChatLayout() {
  const { t, language } = useWords();
  const [isOpen, setOpen] = useState(false);
  const open = useCallback(() => setOpen(true), []);
  const close = useCallback(() => setOpen(false), []);
  return (
    <I18nProvider locale={language}>
      <div className="flex min-h-0 flex-1">
        <aside className="w-64 shrink-0 border-r border-line max-md:hidden">
          <Sidebar onChosen={close} />
        </aside>
        <ModalOverlay isOpen={isOpen} onOpenChange={setOpen} isDismissable className="fixed inset-0 z-30 bg-black/50">
          <Modal className="h-full w-72 max-w-[85vw] bg-bg">
            <Dialog aria-label={t("chat.conversations")} className="h-full outline-none">
              <Sidebar onChosen={close} />
            </Dialog>
          </Modal>
        </ModalOverlay>
        <DrawerContext value={open}>
          <Outlet />
        </DrawerContext>
      </div>
    </I18nProvider>
  );
}
