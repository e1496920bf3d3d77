import type { RefObject } from "react";
import { Menu, MenuItem, Popover } from "react-aria-components";
import { useWords } from "../app/services.tsx";
import type { MessageKey } from "../i18n/catalog.ts";
import { Icon } from "../components/icon.tsx";
import type { IconName } from "../components/icon.tsx";

export interface ConversationMenuItem {
  readonly key: string;
  readonly label: MessageKey;
  readonly icon: IconName;
  readonly act: () => void;
}

interface ConversationMenuProps {
  readonly trigger: RefObject<HTMLElement | null>;
  readonly items: readonly ConversationMenuItem[];
  readonly onClose: () => void;
}

/** What can be done with the whole conversation. */
export function ConversationMenu({ trigger, items, onClose }: ConversationMenuProps) {
  const { t } = useWords();
  return (
    <Popover
      triggerRef={trigger}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      className="popover"
      placement="bottom end"
    >
      <Menu
        aria-label={t("chat.options")}
        autoFocus="first"
        className="outline-none"
        onClose={onClose}
        onAction={(key) => items.find((item) => item.key === key)?.act()}
      >
        {items.map(({ key, label, icon }) => (
          <MenuItem key={key} id={key} textValue={t(label)} className="menu-item">
            <Icon name={icon} size={16} />
            {t(label)}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
