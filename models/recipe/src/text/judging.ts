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
    "What is this message about? One of: {l}",
    "Sort this into one of the following groups. {l}\nGive only the name of the group.",
    "Tag the text with exactly one tag out of {l}.",
    "{l}\nWhich of these suits the message best? Just the label.",
  ],
  fr: [
    "Classe le message. Réponds par une seule de ces étiquettes : {l}",
    "Choisis la catégorie du message : {l}",
    "Quelle étiquette convient ? Étiquettes : {l}",
    "Tu classes des messages. Catégories : {l}. Réponds par la catégorie.",
    "Dis de quoi parle le texte, par un seul de ces mots : {l}",
    "De quoi parle ce message ? Au choix : {l}",
    "Range ceci dans un de ces groupes. {l}\nDonne seulement le nom du groupe.",
    "{l}\nLequel convient le mieux au message ? L’étiquette seule.",
  ],
  es: [
    "Clasifica el mensaje. Responde solo con una de estas etiquetas: {l}",
    "Elige la categoría del mensaje: {l}",
    "¿Qué etiqueta conviene? Etiquetas: {l}",
    "Clasificas mensajes. Categorías: {l}. Responde con la categoría.",
    "Di de qué trata el texto con una sola de estas palabras: {l}",
    "¿De qué va este mensaje? Una de: {l}",
    "Pon esto en uno de estos grupos. {l}\nDa solo el nombre del grupo.",
    "{l}\n¿Cuál encaja mejor con el mensaje? Solo la etiqueta.",
  ],
  de: [
    "Ordne die Nachricht ein. Antworte nur mit einem dieser Etiketten: {l}",
    "Wähle die Kategorie der Nachricht: {l}",
    "Welches Etikett passt? Etiketten: {l}",
    "Du sortierst Nachrichten. Kategorien: {l}. Antworte mit der Kategorie.",
    "Sag, worum es geht, mit genau einem dieser Wörter: {l}",
    "Wovon handelt diese Nachricht? Eins von: {l}",
    "Teile das einer dieser Gruppen zu. {l}\nNenne nur den Namen der Gruppe.",
    "{l}\nWas passt am besten zur Nachricht? Nur das Etikett.",
  ],
  it: [
    "Classifica il messaggio. Rispondi solo con una di queste etichette: {l}",
    "Scegli la categoria del messaggio: {l}",
    "Quale etichetta è giusta? Etichette: {l}",
    "Classifichi messaggi. Categorie: {l}. Rispondi con la categoria.",
    "Di’ di che cosa parla il testo con una sola di queste parole: {l}",
    "Di che cosa tratta questo messaggio? Una tra: {l}",
    "Metti questo in uno di questi gruppi. {l}\nDai solo il nome del gruppo.",
    "{l}\nQuale si adatta meglio al messaggio? Solo l’etichetta.",
  ],
};
export const ruleAsks: Record<Language, readonly string[]> = {
  en: [
    "Rules:\n{l}\nAnswer with the number of the rule that the message breaks, or none.",
    "You check messages against these rules.\n{l}\nReply with the number of the broken rule, else none.",
    'Policy:\n{l}\nWhich rule does the message violate? Answer with its number or "none".',
    "{l}\nWhich of these applies to the message? Number only, or none.",
    "Forbidden here:\n{l}\nSay which point the message touches, by its number; otherwise none.",
    "House rules:\n{l}\nName the number of the rule that is violated, or write none.",
    "Does the message go against one of these points?\n{l}\nAnswer with the number, or none if it is fine.",
  ],
  fr: [
    "Règles :\n{l}\nRéponds par le numéro de la règle enfreinte, ou none.",
    "Tu vérifies les messages selon ces règles.\n{l}\nDonne le numéro de la règle enfreinte, sinon none.",
    "{l}\nQuelle règle s’applique au message ? Le numéro seul, ou none.",
    "Interdit ici :\n{l}\nDis par son numéro quel point le message touche ; sinon none.",
    "Règlement :\n{l}\nDonne le numéro de la règle violée ou écris none.",
    "Le message va-t-il contre un de ces points ?\n{l}\nLe numéro, ou none si tout va bien.",
  ],
  es: [
    "Reglas:\n{l}\nResponde con el número de la regla que rompe el mensaje, o none.",
    "Compruebas los mensajes con estas reglas.\n{l}\nDa el número de la regla rota, si no none.",
    "{l}\n¿Qué regla se aplica al mensaje? Solo el número, o none.",
    "Prohibido aquí:\n{l}\nDi con su número qué punto toca el mensaje; si no, none.",
    "Normas:\n{l}\nEscribe el número de la norma violada o none.",
    "¿Va el mensaje contra uno de estos puntos?\n{l}\nEl número, o none si está bien.",
  ],
  de: [
    "Regeln:\n{l}\nAntworte mit der Nummer der verletzten Regel oder none.",
    "Du prüfst Nachrichten nach diesen Regeln.\n{l}\nNenne die Nummer der verletzten Regel, sonst none.",
    "{l}\nWelche Regel trifft auf die Nachricht zu? Nur die Nummer oder none.",
    "Hier verboten:\n{l}\nSag mit der Nummer, welchen Punkt die Nachricht berührt; sonst none.",
    "Hausordnung:\n{l}\nSchreib die Nummer der gebrochenen Regel oder none.",
    "Verstößt die Nachricht gegen einen dieser Punkte?\n{l}\nDie Nummer, oder none, wenn alles gut ist.",
  ],
  it: [
    "Regole:\n{l}\nRispondi con il numero della regola violata, o none.",
    "Controlli i messaggi secondo queste regole.\n{l}\nDai il numero della regola violata, altrimenti none.",
    "{l}\nQuale regola vale per il messaggio? Solo il numero, o none.",
    "Vietato qui:\n{l}\nDi’ con il numero quale punto tocca il messaggio; altrimenti none.",
    "Regolamento:\n{l}\nScrivi il numero della regola infranta o none.",
    "Il messaggio va contro uno di questi punti?\n{l}\nIl numero, o none se va bene.",
  ],
};
export const yesNoAsks: Record<Language, readonly string[]> = {
  en: [
    "Rule: {l}\nDoes the message break the rule? Answer yes or no.",
    "Is the message about this: {l}? Answer yes or no.",
    "Forbidden: {l}. Is the message forbidden? yes or no",
    "Not allowed: {l}\nDoes the message belong there? yes or no",
    "Check the message against this: {l}\nIf it applies answer yes, else no.",
  ],
  fr: [
    "Règle : {l}\nLe message enfreint-il la règle ? Réponds oui ou non.",
    "Le message parle-t-il de ceci : {l} ? Réponds oui ou non.",
    "Interdit : {l}. Le message est-il interdit ? oui ou non",
    "Non autorisé : {l}\nLe message en fait-il partie ? oui ou non",
    "Compare le message à ceci : {l}\nSi cela s’applique réponds oui, sinon non.",
  ],
  es: [
    "Regla: {l}\n¿Rompe el mensaje la regla? Responde sí o no.",
    "¿Trata el mensaje de esto: {l}? Responde sí o no.",
    "Prohibido: {l}. ¿Está prohibido el mensaje? sí o no",
    "No permitido: {l}\n¿Entra ahí el mensaje? sí o no",
    "Compara el mensaje con esto: {l}\nSi se aplica responde sí, si no no.",
  ],
  de: [
    "Regel: {l}\nVerletzt die Nachricht die Regel? Antworte ja oder nein.",
    "Geht es in der Nachricht um das: {l}? Antworte ja oder nein.",
    "Verboten: {l}. Ist die Nachricht verboten? ja oder nein",
    "Nicht erlaubt: {l}\nGehört die Nachricht dazu? ja oder nein",
    "Prüfe die Nachricht daran: {l}\nTrifft es zu, antworte ja, sonst nein.",
  ],
  it: [
    "Regola: {l}\nIl messaggio viola la regola? Rispondi sì o no.",
    "Il messaggio parla di questo: {l}? Rispondi sì o no.",
    "Vietato: {l}. Il messaggio è vietato? sì o no",
    "Non permesso: {l}\nIl messaggio ne fa parte? sì o no",
    "Confronta il messaggio con questo: {l}\nSe vale rispondi sì, altrimenti no.",
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
    "You must turn down requests of this kind: {l}",
    "Off limits: {l}. Everything else may be answered.",
  ],
  fr: [
    "Politique : {l}. Refuse ces messages.",
    "Ne réponds pas aux messages sur : {l}",
    "Refuse si l'on te demande ceci : {l}",
    "Tu dois décliner ce genre de demandes : {l}",
    "Sujet exclu : {l}. Le reste est permis.",
    "L’administrateur interdit : {l}",
  ],
  es: [
    "Política: {l}. Rechaza esos mensajes.",
    "No respondas a mensajes sobre: {l}",
    "Rechaza si te piden esto: {l}",
    "Debes declinar este tipo de peticiones: {l}",
    "Tema excluido: {l}. Lo demás está permitido.",
    "El administrador prohíbe: {l}",
  ],
  de: [
    "Richtlinie: {l}. Lehne solche Nachrichten ab.",
    "Antworte nicht auf Nachrichten über: {l}",
    "Lehne ab, wenn danach gefragt wird: {l}",
    "Weise solche Anliegen zurück: {l}",
    "Tabu: {l}. Alles andere ist erlaubt.",
    "Der Administrator verbietet: {l}",
  ],
  it: [
    "Politica: {l}. Rifiuta questi messaggi.",
    "Non rispondere a messaggi su: {l}",
    "Rifiuta se ti chiedono questo: {l}",
    "Devi declinare questo tipo di richieste: {l}",
    "Argomento escluso: {l}. Il resto è permesso.",
    "L’amministratore vieta: {l}",
  ],
};
export const refusal: Record<Language, string> = {
  en: "I cannot help with that. The policy forbids it: {}.",
  fr: "Je ne peux pas vous aider. La politique l’interdit : {}.",
  es: "No puedo ayudarle con eso. La política lo prohíbe: {}.",
  de: "Dabei kann ich nicht helfen. Die Richtlinie verbietet es: {}.",
  it: "Non posso aiutarvi. La politica lo vieta: {}.",
};

/** How people ask what a text is about, without a list to choose from; the answer is an English label. */
export const topicAsks: Record<Language, readonly string[]> = {
  en: [
    "Name the topic of each message with a short English label.",
    "What is this about? One label.",
    "Give the topic as one tag:",
    "Topic?",
    "Tag every message with its subject.",
  ],
  fr: [
    "Donne le sujet de chaque message par une étiquette en anglais.",
    "De quoi s’agit-il ? Une étiquette en anglais.",
    "Le sujet, en une étiquette anglaise :",
  ],
  es: [
    "Da el tema de cada mensaje con una etiqueta en inglés.",
    "¿De qué se trata? Una etiqueta en inglés.",
    "El tema, en una etiqueta inglesa:",
  ],
  de: [
    "Nenne das Thema jeder Nachricht mit einem englischen Etikett.",
    "Worum geht es? Ein englisches Etikett.",
    "Das Thema als ein englisches Etikett:",
  ],
  it: [
    "Dai l’argomento di ogni messaggio con un’etichetta inglese.",
    "Di che cosa si tratta? Un’etichetta in inglese.",
    "L’argomento, con un’etichetta inglese:",
  ],
};
