import type { Language } from "../sample.ts";

/** How people ask for a judgement. "{l}" are labels or rules; "{m}" is the message where it stands inside. */
export const labelAsks: Record<Language, readonly string[]> = {
  en: [
    "Classify the message. Answer with one of these labels only: {l}",
    "Choose the category of the message: {l}",
    "Which label fits the message? Labels: {l}",
    "You sort messages into categories. Categories: {l}. Answer with the category.",
    "Pick one: {l}",
    "Decide what the text is about and reply with exactly one of {l}",
  ],
  fr: [
    "Classe le message. Réponds par une seule de ces étiquettes : {l}",
    "Choisis la catégorie du message : {l}",
    "Quelle étiquette convient ? Étiquettes : {l}",
    "Tu classes des messages. Catégories : {l}. Réponds par la catégorie.",
    "Dis de quoi parle le texte, par un seul de ces mots : {l}",
  ],
  es: [
    "Clasifica el mensaje. Responde solo con una de estas etiquetas: {l}",
    "Elige la categoría del mensaje: {l}",
    "¿Qué etiqueta conviene? Etiquetas: {l}",
    "Clasificas mensajes. Categorías: {l}. Responde con la categoría.",
    "Di de qué trata el texto con una sola de estas palabras: {l}",
  ],
  de: [
    "Ordne die Nachricht ein. Antworte nur mit einem dieser Etiketten: {l}",
    "Wähle die Kategorie der Nachricht: {l}",
    "Welches Etikett passt? Etiketten: {l}",
    "Du sortierst Nachrichten. Kategorien: {l}. Antworte mit der Kategorie.",
    "Sag, worum es geht, mit genau einem dieser Wörter: {l}",
  ],
  it: [
    "Classifica il messaggio. Rispondi solo con una di queste etichette: {l}",
    "Scegli la categoria del messaggio: {l}",
    "Quale etichetta è giusta? Etichette: {l}",
    "Classifichi messaggi. Categorie: {l}. Rispondi con la categoria.",
    "Di’ di che cosa parla il testo con una sola di queste parole: {l}",
  ],
};
export const ruleAsks: Record<Language, readonly string[]> = {
  en: [
    "Rules:\n{l}\nAnswer with the number of the rule that the message breaks, or none.",
    "You check messages against these rules.\n{l}\nReply with the number of the broken rule, else none.",
    'Policy:\n{l}\nWhich rule does the message violate? Answer with its number or "none".',
    "{l}\nWhich of these applies to the message? Number only, or none.",
  ],
  fr: [
    "Règles :\n{l}\nRéponds par le numéro de la règle enfreinte, ou none.",
    "Tu vérifies les messages selon ces règles.\n{l}\nDonne le numéro de la règle enfreinte, sinon none.",
    "{l}\nQuelle règle s’applique au message ? Le numéro seul, ou none.",
  ],
  es: [
    "Reglas:\n{l}\nResponde con el número de la regla que rompe el mensaje, o none.",
    "Compruebas los mensajes con estas reglas.\n{l}\nDa el número de la regla rota, si no none.",
    "{l}\n¿Qué regla se aplica al mensaje? Solo el número, o none.",
  ],
  de: [
    "Regeln:\n{l}\nAntworte mit der Nummer der verletzten Regel oder none.",
    "Du prüfst Nachrichten nach diesen Regeln.\n{l}\nNenne die Nummer der verletzten Regel, sonst none.",
    "{l}\nWelche Regel trifft auf die Nachricht zu? Nur die Nummer oder none.",
  ],
  it: [
    "Regole:\n{l}\nRispondi con il numero della regola violata, o none.",
    "Controlli i messaggi secondo queste regole.\n{l}\nDai il numero della regola violata, altrimenti none.",
    "{l}\nQuale regola vale per il messaggio? Solo il numero, o none.",
  ],
};
export const yesNoAsks: Record<Language, readonly string[]> = {
  en: [
    "Rule: {l}\nDoes the message break the rule? Answer yes or no.",
    "Is the message about this: {l}? Answer yes or no.",
    "Forbidden: {l}. Is the message forbidden? yes or no",
  ],
  fr: [
    "Règle : {l}\nLe message enfreint-il la règle ? Réponds oui ou non.",
    "Le message parle-t-il de ceci : {l} ? Réponds oui ou non.",
    "Interdit : {l}. Le message est-il interdit ? oui ou non",
  ],
  es: [
    "Regla: {l}\n¿Rompe el mensaje la regla? Responde sí o no.",
    "¿Trata el mensaje de esto: {l}? Responde sí o no.",
    "Prohibido: {l}. ¿Está prohibido el mensaje? sí o no",
  ],
  de: [
    "Regel: {l}\nVerletzt die Nachricht die Regel? Antworte ja oder nein.",
    "Geht es in der Nachricht um das: {l}? Antworte ja oder nein.",
    "Verboten: {l}. Ist die Nachricht verboten? ja oder nein",
  ],
  it: [
    "Regola: {l}\nIl messaggio viola la regola? Rispondi sì o no.",
    "Il messaggio parla di questo: {l}? Rispondi sì o no.",
    "Vietato: {l}. Il messaggio è vietato? sì o no",
  ],
};
export const yesNo: Record<Language, readonly [yes: string, no: string]> = {
  en: ["yes", "no"],
  fr: ["oui", "non"],
  es: ["sí", "no"],
  de: ["ja", "nein"],
  it: ["sì", "no"],
};
export const refusalRules: Record<Language, readonly string[]> = {
  en: [
    "Policy: {l}. Refuse such messages.",
    "Do not answer messages about: {l}",
    "Refuse when the user asks for this: {l}",
    "The administrator forbids: {l}",
  ],
  fr: [
    "Politique : {l}. Refuse ces messages.",
    "Ne réponds pas aux messages sur : {l}",
    "Refuse si l'on te demande ceci : {l}",
  ],
  es: ["Política: {l}. Rechaza esos mensajes.", "No respondas a mensajes sobre: {l}", "Rechaza si te piden esto: {l}"],
  de: [
    "Richtlinie: {l}. Lehne solche Nachrichten ab.",
    "Antworte nicht auf Nachrichten über: {l}",
    "Lehne ab, wenn danach gefragt wird: {l}",
  ],
  it: [
    "Politica: {l}. Rifiuta questi messaggi.",
    "Non rispondere a messaggi su: {l}",
    "Rifiuta se ti chiedono questo: {l}",
  ],
};
export const refusal: Record<Language, string> = {
  en: "I cannot help with that. The policy forbids it: {}.",
  fr: "Je ne peux pas vous aider. La politique l’interdit : {}.",
  es: "No puedo ayudarle con eso. La política lo prohíbe: {}.",
  de: "Dabei kann ich nicht helfen. Die Richtlinie verbietet es: {}.",
  it: "Non posso aiutarvi. La politica lo vieta: {}.",
};
