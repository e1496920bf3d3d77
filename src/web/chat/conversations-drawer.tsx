import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../app/services.tsx";
import { Sidebar } from "./sidebar.tsx";

/** The list of conversations over the open one, on narrow screens. */
export function ConversationsDrawer({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords();
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      isDismissable
      className="fixed inset-0 z-30 bg-black/50"
    >
      <Modal className="h-full w-72 max-w-[85vw] bg-bg">
        <Dialog aria-label={t("chat.conversations")} className="h-full outline-none">
          <Sidebar onChosen={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
