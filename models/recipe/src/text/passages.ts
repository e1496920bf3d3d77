import type { Language } from "../sample.ts";

/** Sentences that say nothing one would ask for; {a} and {b} are plain words of the language. */
export const filler: Record<Language, readonly string[]> = {
  en: [
    "The {a} stood near the {b}.",
    "Nobody spoke about the {a} that day.",
    "A {a} and a {b} were on the table.",
    "It was a quiet morning.",
    "The team met again after lunch.",
    "Some people like the {a} more than the {b}.",
    "Later the {a} was moved.",
    "There was enough time for the {b}.",
    "The minutes were sent to all.",
    "We will talk about the {a} next week.",
  ],
  fr: [
    "Le {a} était près du {b}.",
    "Personne n’a parlé du {a} ce jour-là.",
    "Il y avait un {a} et un {b} sur la table.",
    "C’était un matin tranquille.",
    "L’équipe s’est revue après le repas.",
    "Certains aiment mieux le {a} que le {b}.",
    "Plus tard, on a déplacé le {a}.",
    "Il restait du temps pour le {b}.",
    "Le compte rendu a été envoyé à tous.",
    "Nous parlerons du {a} la semaine prochaine.",
  ],
  es: [
    "El {a} estaba cerca del {b}.",
    "Nadie habló del {a} aquel día.",
    "Había un {a} y un {b} en la mesa.",
    "Era una mañana tranquila.",
    "El equipo se reunió después de comer.",
    "Algunos prefieren el {a} al {b}.",
    "Más tarde movieron el {a}.",
    "Quedaba tiempo para el {b}.",
    "El acta se envió a todos.",
    "Hablaremos del {a} la próxima semana.",
  ],
  de: [
    "Neben {a} lag {b}.",
    "An diesem Tag sprach niemand über {a}.",
    "Auf dem Tisch waren {a} und {b}.",
    "Es war ein ruhiger Morgen.",
    "Das Team traf sich nach dem Essen wieder.",
    "Manche mögen {a} lieber als {b}.",
    "Später wurde über {b} gesprochen.",
    "Es blieb genug Zeit für {b}.",
    "Das Protokoll ging an alle.",
    "Nächste Woche reden wir über {a}.",
  ],
  it: [
    "Il {a} era vicino al {b}.",
    "Nessuno parlò del {a} quel giorno.",
    "Sul tavolo c’erano un {a} e un {b}.",
    "Era una mattina tranquilla.",
    "La squadra si è rivista dopo pranzo.",
    "Alcuni preferiscono il {a} al {b}.",
    "Più tardi hanno spostato il {a}.",
    "Restava tempo per il {b}.",
    "Il verbale è stato inviato a tutti.",
    "Parleremo del {a} la settimana prossima.",
  ],
};
export const fact: Record<Language, string> = {
  en: "{n} of {e} is {v}.",
  fr: "{n} de {e} est {v}.",
  es: "{n} de {e} es {v}.",
  de: "{n} von {e} ist {v}.",
  it: "{n} di {e} è {v}.",
};
export const factAsks: Record<Language, readonly string[]> = {
  en: [
    "What is {n} of {e}?",
    "Tell me {n} of {e}.",
    "According to the text, what is {n} of {e}?",
    "Find {n} of {e}.",
    "{n} of {e}?",
    "Please look up {n} of {e}.",
  ],
  fr: [
    "Quel est {n} de {e} ?",
    "Donne-moi {n} de {e}.",
    "Selon le texte, quel est {n} de {e} ?",
    "Trouve {n} de {e}.",
    "{n} de {e} ?",
    "Cherche {n} de {e}.",
  ],
  es: [
    "¿Cuál es {n} de {e}?",
    "Dime {n} de {e}.",
    "Según el texto, ¿cuál es {n} de {e}?",
    "Encuentra {n} de {e}.",
    "¿{n} de {e}?",
    "Busca {n} de {e}.",
  ],
  de: [
    "Wie lautet das: {n} von {e}?",
    "Sag mir: {n} von {e}.",
    "Was sagt der Text: {n} von {e}?",
    "Finde: {n} von {e}.",
    "{n} von {e}?",
    "Bitte suche: {n} von {e}.",
  ],
  it: [
    "Qual è {n} di {e}?",
    "Dimmi {n} di {e}.",
    "Secondo il testo, qual è {n} di {e}?",
    "Trova {n} di {e}.",
    "{n} di {e}?",
    "Cerca {n} di {e}.",
  ],
};
export const valueOnly: Record<Language, string> = {
  en: "Answer with the value only.",
  fr: "Réponds par la valeur seule.",
  es: "Responde solo con el valor.",
  de: "Antworte nur mit dem Wert.",
  it: "Rispondi solo con il valore.",
};
export const notInText: Record<Language, string> = {
  en: "The text does not say that.",
  fr: "Le texte ne le dit pas.",
  es: "El texto no lo dice.",
  de: "Das steht nicht im Text.",
  it: "Il testo non lo dice.",
};

export const languageNames: Record<Language, Record<Language, string>> = {
  en: { en: "English", fr: "French", es: "Spanish", de: "German", it: "Italian" },
  fr: { en: "anglais", fr: "français", es: "espagnol", de: "allemand", it: "italien" },
  es: { en: "inglés", fr: "francés", es: "español", de: "alemán", it: "italiano" },
  de: { en: "Englisch", fr: "Französisch", es: "Spanisch", de: "Deutsch", it: "Italienisch" },
  it: { en: "inglese", fr: "francese", es: "spagnolo", de: "tedesco", it: "italiano" },
};
/** "{x}" the phrase, "{l}" the language to translate into. */
export const translateAsks: Record<Language, readonly string[]> = {
  en: [
    "Translate to {l}: {x}",
    'Translate into {l}: "{x}"',
    'How do you say "{x}" in {l}?',
    "Say this in {l}: {x}",
    'What is "{x}" in {l}?',
  ],
  fr: [
    "Traduis en {l} : {x}",
    "Comment dit-on « {x} » en {l} ?",
    "Dis ceci en {l} : {x}",
    "Traduction en {l} de : {x}",
  ],
  es: ["Traduce al {l}: {x}", '¿Cómo se dice "{x}" en {l}?', "Di esto en {l}: {x}", "Traducción al {l} de: {x}"],
  de: ["Übersetze auf {l}: {x}", 'Wie sagt man "{x}" auf {l}?', "Sag das auf {l}: {x}", "Übersetzung auf {l} von: {x}"],
  it: ["Traduci in {l}: {x}", 'Come si dice "{x}" in {l}?', "Di’ questo in {l}: {x}", "Traduzione in {l} di: {x}"],
};
