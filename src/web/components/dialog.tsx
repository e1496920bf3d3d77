import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../app/services.tsx";
import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly isAlert?: boolean;
  readonly children: ReactNode;
}

/** A dialog over the page: focus goes in, stays in, and returns to where it was; Escape closes. */
export function Dialog({ title, isOpen, onClose, isAlert = false, children }: DialogProps) {
  const { t } = useWords();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!isAlert}
      className="fixed inset-0 z-40 flex items-center justify-center bg-black/50 p-4"
    >
      <Modal className="max-h-full w-full max-w-lg overflow-auto rounded-lg border border-line bg-surface shadow-xl">
        <AriaDialog role={isAlert ? "alertdialog" : "dialog"} className="p-5 outline-none">
          <div className="mb-3 flex items-start justify-between gap-4">
            <Heading slot="title" className="text-[17px] leading-6 font-semibold">
              {title}
            </Heading>
            <button type="button" className="icon-button -mt-2 -mr-2" aria-label={t("app.close")} onClick={onClose}>
              <Icon name="close" />
            </button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
