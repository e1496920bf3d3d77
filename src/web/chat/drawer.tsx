import { createContext, use } from "react";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";

/** Opens the list of conversations where it is a drawer. */
export const DrawerContext = createContext<() => void>(() => {});

/** The button for it, on narrow screens only. */
export function DrawerButton() {
  const { t } = useWords();
  const open = use(DrawerContext);
  return (
    <button type="button" className="icon-button -ml-2 md:hidden" aria-label={t("app.menu")} onClick={open}>
      <Icon name="menu" />
    </button>
  );
}
