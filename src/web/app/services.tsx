import { createContext, use, useEffect, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { loadMessages } from "../i18n/catalog.ts";
import { Words } from "../i18n/words.ts";
import type { Api } from "./api.ts";
import type { Preferences, PreferenceStore } from "./preferences.ts";

/** The parts the app is built from, made once in main.tsx. */
export interface Services {
  readonly api: Api;
  readonly preferences: PreferenceStore;
}

const ServicesContext = createContext<Services | undefined>(undefined);
const WordsContext = createContext<Words | undefined>(undefined);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return (
    <ServicesContext value={services}>
      <WordsProvider preferences={services.preferences}>{children}</WordsProvider>
    </ServicesContext>
  );
}

/** Keeps the language on screen until the next one is loaded, so that a switch loses nothing. */
function WordsProvider({ preferences, children }: { preferences: PreferenceStore; children: ReactNode }) {
  const { language } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const [words, setWords] = useState<Words>();
  useEffect(() => {
    let isCurrent = true;
    void loadMessages(language).then((messages) => isCurrent && setWords(new Words(language, messages)));
    return () => {
      isCurrent = false;
    };
  }, [language]);
  return words && <WordsContext value={words}>{children}</WordsContext>;
}

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("useServices outside ServicesProvider");
  return services;
}

export function useWords(): Words {
  const words = use(WordsContext);
  if (!words) throw new Error("useWords outside ServicesProvider");
  return words;
}

export function usePreferences(): Preferences {
  const { preferences } = useServices();
  return useSyncExternalStore(preferences.subscribe, preferences.get);
}
