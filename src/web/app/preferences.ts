export const LANGUAGES = ["en", "fr", "es", "de", "it"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Theme = "system" | "light" | "dark";

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly textSize: "normal" | "large";
  /** Whether Enter sends (and Shift+Enter breaks the line) or breaks the line (and Ctrl+Enter sends). */
  readonly enterSends: boolean;
  /** The model chosen last, for the next new conversation. */
  readonly model: string | null;
}

const STORAGE_KEY = "tramontane.preferences";
const COOKIE_SECONDS = 365 * 86_400;

/** What the reader chose, kept in this browser. Language and theme also go into a cookie: the server writes them into the page. */
export class PreferenceStore {
  readonly #readers = new Set<() => void>();
  #current: Preferences;

  constructor() {
    this.#current = { ...defaults(), ...stored() };
    this.#apply();
  }

  readonly get = (): Preferences => this.#current;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  change(part: Partial<Preferences>): void {
    this.#current = { ...this.#current, ...part };
    this.#apply();
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#current));
    } catch {
      // Storage may be full or forbidden; the choice then lasts as long as the page.
    }
    for (const reader of this.#readers) reader();
  }

  #apply(): void {
    const { language, theme, textSize } = this.#current;
    const { dataset } = document.documentElement;
    document.documentElement.lang = language;
    dataset["theme"] = theme;
    dataset["text"] = textSize;
    document.cookie = `tramontane_ui=${language}.${theme}; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`;
  }
}

function defaults(): Preferences {
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return { language: preferred ?? "en", theme: "system", textSize: "normal", enterSends: true, model: null };
}

function stored(): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isLanguage(tag: string): tag is Language {
  return LANGUAGES.some((language) => language === tag);
}
