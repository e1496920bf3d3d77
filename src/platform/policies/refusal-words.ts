import type { RuleNotice } from "#protocol";
import type { Language } from "./user-language.ts";

interface Words {
  readonly input: string;
  readonly output: string;
  /** Takes the rule's number, its words, its category and how sure the model is in percent. */
  readonly rule: (number: number, rule: string, category: string, percent: number) => string;
  readonly unjudged: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    input: "This message was not answered: it breaks a rule of this workspace.",
    output: "The rest of this answer is withheld: it breaks a rule of this workspace.",
    rule: (number, rule, category, percent) => `Rule ${number}: “${rule}” (category: ${category}, ${percent} % sure).`,
    unjudged: "This message was not answered: the rules of this workspace could not be checked. Try again in a moment.",
  },
  fr: {
    input: "Ce message reste sans réponse : il enfreint une règle de cet espace de travail.",
    output: "La suite de cette réponse est retenue : elle enfreint une règle de cet espace de travail.",
    rule: (number, rule, category, percent) =>
      `Règle ${number} : « ${rule} » (catégorie : ${category}, certitude ${percent} %).`,
    unjudged:
      "Ce message reste sans réponse : les règles de cet espace de travail n’ont pas pu être vérifiées. Réessayez dans un instant.",
  },
  es: {
    input: "Este mensaje no se ha respondido: incumple una regla de este espacio de trabajo.",
    output: "El resto de esta respuesta se retiene: incumple una regla de este espacio de trabajo.",
    rule: (number, rule, category, percent) =>
      `Regla ${number}: «${rule}» (categoría: ${category}, certeza del ${percent} %).`,
    unjudged:
      "Este mensaje no se ha respondido: no se han podido comprobar las reglas de este espacio de trabajo. Inténtelo de nuevo en un momento.",
  },
  de: {
    input: "Diese Nachricht wurde nicht beantwortet: Sie verletzt eine Regel dieses Arbeitsbereichs.",
    output: "Der Rest dieser Antwort wird zurückgehalten: Er verletzt eine Regel dieses Arbeitsbereichs.",
    rule: (number, rule, category, percent) =>
      `Regel ${number}: „${rule}“ (Kategorie: ${category}, zu ${percent} % sicher).`,
    unjudged:
      "Diese Nachricht wurde nicht beantwortet: Die Regeln dieses Arbeitsbereichs konnten nicht geprüft werden. Bitte gleich noch einmal versuchen.",
  },
  it: {
    input: "Questo messaggio non ha avuto risposta: viola una regola di questo spazio di lavoro.",
    output: "Il resto di questa risposta è trattenuto: viola una regola di questo spazio di lavoro.",
    rule: (number, rule, category, percent) =>
      `Regola ${number}: «${rule}» (categoria: ${category}, certezza ${percent} %).`,
    unjudged:
      "Questo messaggio non ha avuto risposta: non è stato possibile verificare le regole di questo spazio di lavoro. Riprova tra un momento.",
  },
};

/** Why a text is withheld, in the reader's language; the rule stays in the administrator's words. */
export function refusalText(notice: RuleNotice, language: Language): string {
  const words = WORDS[language];
  const { rule_number: number, rule, category, score } = notice;
  return `${words[notice.stage]} ${words.rule(number, rule, category, Math.round(score * 100))}`;
}

export function unjudgedText(language: Language): string {
  return WORDS[language].unjudged;
}
