import type { Language } from "../app/preferences.ts";
import type { en } from "./en.ts";

type Plural = { readonly one: string; readonly other: string };

/** The keys of an English catalogue, each a text or a pair of plural forms exactly where English has one. */
export type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural;
};
export type Messages = Translation<typeof en>;
export type MessageKey = keyof Messages;

/** Each language is a small file of its own, loaded when chosen. */
export async function loadMessages(language: Language): Promise<Messages> {
  switch (language) {
    case "en":
      return (await import("./en.ts")).en;
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
