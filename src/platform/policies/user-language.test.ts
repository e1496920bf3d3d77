import { expect, test } from "vitest";
import { languageOf } from "./user-language.ts";

test.each([
  ["en", "How do I open the window of this room?"],
  ["fr", "Comment ouvrir la fenêtre de cette pièce ?"],
  ["es", "¿Cómo abro la ventana de esta habitación?"],
  ["de", "Wie öffne ich das Fenster in diesem Zimmer?"],
  ["it", "Come apro la finestra di questa stanza?"],
  ["de", "Guten Tag, wer ist zuständig?"],
  ["en", "12345 ???"],
  ["en", ""],
] as const)("%s: %s", (language, text) => {
  expect(languageOf(text)).toBe(language);
});
