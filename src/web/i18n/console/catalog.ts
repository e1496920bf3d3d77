import type { Language } from "../../app/preferences.ts";
import type { MessageKey, Translation } from "../catalog.ts";
import type { consoleEn } from "./en.ts";

export type ConsoleMessages = Translation<typeof consoleEn>;
/** What the console's pages may say: their own words and those of the whole app. */
export type ConsoleKey = keyof ConsoleMessages | MessageKey;

/** The console's words, a file per language, loaded with its first page. */
export async function loadConsoleMessages(language: Language): Promise<ConsoleMessages> {
  switch (language) {
    case "en":
      return (await import("./en.ts")).consoleEn;
    case "fr":
      return (await import("./fr.ts")).messages;
    case "es":
      return (await import("./es.ts")).messages;
    case "de":
      return (await import("./de.ts")).messages;
    case "it":
      return (await import("./it.ts")).messages;
  }
}
