import { createContext, use, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../app/services.tsx";
import { loadConsoleMessages } from "../i18n/console/catalog.ts";
import type { ConsoleKey, ConsoleMessages } from "../i18n/console/catalog.ts";
import type { Words } from "../i18n/words.ts";

export type ConsoleWords = Words<ConsoleKey>;

const ConsoleWordsContext = createContext<ConsoleWords | undefined>(undefined);

/** Loads the console's words; keeps the language on screen until the next one is there. */
export function ConsoleWordsProvider({ children }: { readonly children: ReactNode }) {
  const shell = useWords();
  const [own, setOwn] = useState<{ readonly shell: typeof shell; readonly messages: ConsoleMessages }>();
  useEffect(() => {
    let isCurrent = true;
    void loadConsoleMessages(shell.language).then((messages) => isCurrent && setOwn({ shell, messages }));
    return () => {
      isCurrent = false;
    };
  }, [shell]);
  return own && <ConsoleWordsContext value={own.shell.with(own.messages)}>{children}</ConsoleWordsContext>;
}

export function useConsoleWords(): ConsoleWords {
  const words = use(ConsoleWordsContext);
  if (!words) throw new Error("useConsoleWords outside the console");
  return words;
}
