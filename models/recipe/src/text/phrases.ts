import type { Language } from "../sample.ts";

/** Fixed phrases of the assistant and of the people who set it up. */
export const systemPrompts: Record<Language, readonly string[]> = {
  en: [
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "Answer briefly.",
    "You help the customers of our company.",
    "You are an assistant for office work.",
    "Use the tools when they fit.",
    "You are an expert assistant. Be precise.",
  ],
  fr: [
    "Tu es un assistant utile.",
    "Tu es un assistant aimable.",
    "Réponds brièvement.",
    "Tu aides les clients de notre société.",
    "Utilise les outils quand ils conviennent.",
    "Tu es un assistant expert. Sois précis.",
  ],
  es: [
    "Eres un asistente útil.",
    "Eres un asistente amable.",
    "Responde con brevedad.",
    "Ayudas a los clientes de nuestra empresa.",
    "Usa las herramientas cuando sirvan.",
    "Eres un asistente experto. Sé preciso.",
  ],
  de: [
    "Du bist ein hilfreicher Assistent.",
    "Du bist ein freundlicher Assistent.",
    "Antworte kurz.",
    "Du hilfst den Kunden unserer Firma.",
    "Benutze die Werkzeuge, wenn sie passen.",
    "Du bist ein fachkundiger Assistent. Sei genau.",
  ],
  it: [
    "Sei un assistente utile.",
    "Sei un assistente gentile.",
    "Rispondi in breve.",
    "Aiuti i clienti della nostra ditta.",
    "Usa gli strumenti quando servono.",
    "Sei un assistente esperto. Sii preciso.",
  ],
};

export const noTool: Record<Language, string> = {
  en: "None of my tools can do that.",
  fr: "Aucun de mes outils ne peut faire cela.",
  es: "Ninguna de mis herramientas puede hacer eso.",
  de: "Keines meiner Werkzeuge kann das.",
  it: "Nessuno dei miei strumenti può farlo.",
};

/** "{}" is the noun of what is missing. */
export const askBack: Record<Language, string> = {
  en: "Please tell me {} first.",
  fr: "Merci de m'indiquer d'abord {}.",
  es: "Por favor, indíqueme primero {}.",
  de: "Bitte nennen Sie mir zuerst: {}.",
  it: "Per favore, indicatemi prima {}.",
};

export const and: Record<Language, string> = { en: "and", fr: "et", es: "y", de: "und", it: "e" };
export const also: Record<Language, readonly string[]> = {
  en: ["and also", "and then", "after that", "also"],
  fr: ["et aussi", "et ensuite", "puis"],
  es: ["y también", "y luego", "después"],
  de: ["und auch", "und dann", "danach"],
  it: ["e anche", "e poi", "dopo"],
};
export const is: Record<Language, string> = { en: "is", fr: "est", es: "es", de: "ist", it: "è" };

export const toolError: Record<Language, string> = {
  en: "The tool reported an error: {}.",
  fr: "L'outil a signalé une erreur : {}.",
  es: "La herramienta informó de un error: {}.",
  de: "Das Werkzeug meldete einen Fehler: {}.",
  it: "Lo strumento ha segnalato un errore: {}.",
};
export const hereIs: Record<Language, string> = {
  en: "Here is the result: {}.",
  fr: "Voici le résultat : {}.",
  es: "Este es el resultado: {}.",
  de: "Hier ist das Ergebnis: {}.",
  it: "Ecco il risultato: {}.",
};

/** How people ask for fields; "{f}" are the fields, "{t}" is the text. */
export const extractAsks: Record<Language, readonly string[]> = {
  en: [
    "Extract {f} as JSON: {t}",
    "Give me {f} from this text as JSON.\n{t}",
    "{t}\n\nReturn a JSON object with {f}.",
    "Read the text and fill {f}. Answer in JSON.\n\n{t}",
    "Fields: {f}\nText: {t}",
    "Find {f} in the message below. JSON only.\n\n{t}",
    "Extract the following fields from the text: {f}.\n\nText: {t}",
    "Turn this into JSON with the keys {f}: {t}",
  ],
  fr: [
    "Extrais {f} en JSON : {t}",
    "Donne-moi {f} de ce texte en JSON.\n{t}",
    "{t}\n\nRends un objet JSON avec {f}.",
    "Lis le texte et remplis {f}. Réponds en JSON.\n\n{t}",
    "Champs : {f}\nTexte : {t}",
    "Trouve {f} dans le message. JSON seulement.\n\n{t}",
  ],
  es: [
    "Extrae {f} en JSON: {t}",
    "Dame {f} de este texto en JSON.\n{t}",
    "{t}\n\nDevuelve un objeto JSON con {f}.",
    "Lee el texto y rellena {f}. Responde en JSON.\n\n{t}",
    "Campos: {f}\nTexto: {t}",
    "Busca {f} en el mensaje. Solo JSON.\n\n{t}",
  ],
  de: [
    "Extrahiere {f} als JSON: {t}",
    "Gib mir {f} aus diesem Text als JSON.\n{t}",
    "{t}\n\nGib ein JSON-Objekt mit {f} zurück.",
    "Lies den Text und fülle {f} aus. Antworte in JSON.\n\n{t}",
    "Felder: {f}\nText: {t}",
    "Finde {f} in der Nachricht. Nur JSON.\n\n{t}",
  ],
  it: [
    "Estrai {f} in JSON: {t}",
    "Dammi {f} da questo testo in JSON.\n{t}",
    "{t}\n\nRestituisci un oggetto JSON con {f}.",
    "Leggi il testo e compila {f}. Rispondi in JSON.\n\n{t}",
    "Campi: {f}\nTesto: {t}",
    "Trova {f} nel messaggio. Solo JSON.\n\n{t}",
  ],
};

export const jsonOnly: Record<Language, readonly string[]> = {
  en: [
    "Answer with a JSON object only.",
    "Answer in JSON.",
    "Return JSON that follows this schema: {s}",
    "Extract the data as JSON. Schema: {s}",
    "The answer must match this JSON schema: {s}",
  ],
  fr: [
    "Réponds avec un objet JSON seulement.",
    "Réponds en JSON.",
    "Rends du JSON selon ce schéma : {s}",
    "Extrais les données en JSON. Schéma : {s}",
  ],
  es: [
    "Responde solo con un objeto JSON.",
    "Responde en JSON.",
    "Devuelve JSON según este esquema: {s}",
    "Extrae los datos en JSON. Esquema: {s}",
  ],
  de: [
    "Antworte nur mit einem JSON-Objekt.",
    "Antworte in JSON.",
    "Gib JSON nach diesem Schema zurück: {s}",
    "Extrahiere die Daten als JSON. Schema: {s}",
  ],
  it: [
    "Rispondi solo con un oggetto JSON.",
    "Rispondi in JSON.",
    "Restituisci JSON secondo questo schema: {s}",
    "Estrai i dati in JSON. Schema: {s}",
  ],
};
