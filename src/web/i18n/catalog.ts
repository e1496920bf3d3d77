import type { Language } from "../app/preferences.ts";
import { en } from "./en.ts";

export type MessageKey = keyof typeof en;
type Plural = { readonly one: string; readonly other: string };

/** A language: the keys of the English one, each a text or a pair of plural forms exactly where English has one. */
export type Messages = { readonly [Key in MessageKey]: (typeof en)[Key] extends string ? string : Plural };

/** English is in the shell; the others are a small file each, loaded when chosen. */
export async function loadMessages(language: Language): Promise<Messages> {
  switch (language) {
    case "en":
      return en;
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
