import type { Language } from "../sample.ts";

type Asks = Record<Language, readonly string[]>;
const asks = (en: string, fr: string, es: string, de: string, it: string): Asks => ({
  en: en.split("|"),
  fr: fr.split("|"),
  es: es.split("|"),
  de: de.split("|"),
  it: it.split("|"),
});

/** How people ask for a form; `{}` is the list as they give it. */
export const formatAsks = {
  upper: asks(
    "Write in upper case: {}|Put this in capital letters: {}|{}\nRepeat it in capitals.|Uppercase, please: {}|All caps: {}|Turn every letter into a capital: {}",
    "Écris en majuscules : {}|Mets ceci en capitales : {}|{}\nRépète-le en majuscules.|En majuscules, s’il te plaît : {}|Tout en capitales : {}|Transforme chaque lettre en majuscule : {}",
    "Escribe en mayúsculas: {}|Pon esto en letras mayúsculas: {}|{}\nRepítelo en mayúsculas.|En mayúsculas, por favor: {}|Todo en mayúsculas: {}|Convierte cada letra en mayúscula: {}",
    "Schreibe in Großbuchstaben: {}|Setze das in Großbuchstaben: {}|{}\nWiederhole es in Großbuchstaben.|Bitte alles groß: {}|Nur Großbuchstaben: {}|Mach jeden Buchstaben groß: {}",
    "Scrivi in maiuscolo: {}|Metti questo in lettere maiuscole: {}|{}\nRipetilo in maiuscolo.|In maiuscolo, per favore: {}|Tutto maiuscolo: {}|Rendi maiuscola ogni lettera: {}",
  ),
  bullets: asks(
    "Write as a list with dashes: {}|Make a bullet list with dashes: {}|{}\nGive it as a list, each item after a dash.|Bullets with - please: {}|A dash before each item: {}|List with hyphens: {}",
    "Écris en liste avec des tirets : {}|Fais une liste à tirets : {}|{}\nDonne-le en liste, chaque élément après un tiret.|Des puces avec - : {}|Un tiret devant chaque élément : {}|Présente avec des tirets : {}",
    "Escribe como lista con guiones: {}|Haz una lista de guiones: {}|{}\nDalo como lista, cada elemento tras un guion.|Viñetas con -, por favor: {}|Un guion delante de cada elemento: {}|Lista con guiones: {}",
    "Schreibe als Liste mit Strichen: {}|Mach eine Strichliste: {}|{}\nGib es als Liste, jeder Eintrag nach einem Strich.|Aufzählung mit - bitte: {}|Vor jeden Eintrag ein Strich: {}|Als Spiegelstriche: {}",
    "Scrivi come elenco con trattini: {}|Fai un elenco con i trattini: {}|{}\nDallo come elenco, ogni elemento dopo un trattino.|Punti con -, per favore: {}|Un trattino davanti a ogni elemento: {}|Elenco a trattini: {}",
  ),
  numbered: asks(
    "Write as a numbered list: {}|Number these items: {}|{}\nGive it as a numbered list.|List with 1., 2., 3.: {}|A number before each item: {}|Count them off in a list: {}",
    "Écris en liste numérotée : {}|Numérote ces éléments : {}|{}\nDonne-le en liste numérotée.|Liste avec 1., 2., 3. : {}|Un numéro devant chaque élément : {}|Fais une énumération chiffrée : {}",
    "Escribe como lista numerada: {}|Numera estos elementos: {}|{}\nDalo como lista numerada.|Lista con 1., 2., 3.: {}|Un número delante de cada elemento: {}|Haz una enumeración con cifras: {}",
    "Schreibe als nummerierte Liste: {}|Nummeriere diese Einträge: {}|{}\nGib es als nummerierte Liste.|Liste mit 1., 2., 3.: {}|Vor jeden Eintrag eine Nummer: {}|Zähle sie mit Ziffern auf: {}",
    "Scrivi come elenco numerato: {}|Numera questi elementi: {}|{}\nDallo come elenco numerato.|Elenco con 1., 2., 3.: {}|Un numero davanti a ogni elemento: {}|Fai un’enumerazione con cifre: {}",
  ),
  array: asks(
    "Write as a JSON array: {}|Make a JSON array of strings: {}|{}\nGive it as a JSON array.|As JSON list: {}|Put these into a JSON array: {}",
    "Écris en tableau JSON : {}|Fais un tableau JSON de chaînes : {}|{}\nDonne-le en tableau JSON.|En liste JSON : {}|Mets ceci dans un tableau JSON : {}",
    "Escribe como lista JSON: {}|Haz un array JSON de cadenas: {}|{}\nDalo como array JSON.|Como array JSON: {}|Pon esto en una lista JSON: {}",
    "Schreibe als JSON-Liste: {}|Mach ein JSON-Array aus Zeichenketten: {}|{}\nGib es als JSON-Array.|Als JSON-Array: {}|Setze das in eine JSON-Liste: {}",
    "Scrivi come lista JSON: {}|Fai un array JSON di stringhe: {}|{}\nDallo come array JSON.|Come array JSON: {}|Metti questo in una lista JSON: {}",
  ),
  lines: asks(
    "Write one item per line: {}|Put each item on its own line: {}|{}\nOne per line, please.|Break this into lines: {}|A new line for every item: {}",
    "Écris un élément par ligne : {}|Mets chaque élément sur sa ligne : {}|{}\nUn par ligne, s’il te plaît.|Va à la ligne après chaque élément : {}|Une ligne pour chacun : {}",
    "Escribe un elemento por línea: {}|Pon cada elemento en su línea: {}|{}\nUno por línea, por favor.|Salta de línea tras cada elemento: {}|Una línea para cada uno: {}",
    "Schreibe einen Eintrag pro Zeile: {}|Setze jeden Eintrag in eine eigene Zeile: {}|{}\nBitte einen pro Zeile.|Nach jedem Eintrag eine neue Zeile: {}|Untereinander: {}",
    "Scrivi un elemento per riga: {}|Metti ogni elemento su una riga: {}|{}\nUno per riga, per favore.|Vai a capo dopo ogni elemento: {}|Una riga per ciascuno: {}",
  ),
  semicolons: asks(
    "Separate with semicolons: {}|Use semicolons instead of commas: {}|{}\nJoin them with semicolons.|Put a ; between the items: {}|Replace the commas by semicolons: {}",
    "Sépare par des points-virgules : {}|Des points-virgules au lieu des virgules : {}|{}\nRelie-les par des points-virgules.|Mets un ; entre les éléments : {}|Remplace les virgules par des points-virgules : {}",
    "Separa con punto y coma: {}|Usa punto y coma en vez de comas: {}|{}\nÚnelos con punto y coma.|Pon un ; entre los elementos: {}|Cambia las comas por punto y coma: {}",
    "Trenne mit Semikolon: {}|Nimm Semikolons statt Kommas: {}|{}\nVerbinde sie mit Semikolons.|Setze ein ; zwischen die Einträge: {}|Ersetze die Kommas durch Strichpunkte: {}",
    "Separa con punto e virgola: {}|Usa punto e virgola invece delle virgole: {}|{}\nUniscili con punto e virgola.|Metti un ; tra gli elementi: {}|Sostituisci le virgole con punto e virgola: {}",
  ),
  reverse: asks(
    "Write in reverse order: {}|Turn the order round: {}|{}\nNow backwards, the last item first.|From the last to the first: {}|Reverse this list: {}",
    "Écris dans l’ordre inverse : {}|Inverse l’ordre : {}|{}\nMaintenant à l’envers, le dernier d’abord.|Du dernier au premier : {}|Renverse cette liste : {}",
    "Escribe en orden inverso: {}|Da la vuelta al orden: {}|{}\nAhora al revés, el último primero.|Del último al primero: {}|Invierte esta lista: {}",
    "Schreibe in umgekehrter Reihenfolge: {}|Dreh die Reihenfolge um: {}|{}\nJetzt rückwärts, das Letzte zuerst.|Vom Letzten zum Ersten: {}|Kehre diese Liste um: {}",
    "Scrivi in ordine inverso: {}|Rovescia l’ordine: {}|{}\nOra al contrario, prima l’ultimo.|Dall’ultimo al primo: {}|Inverti questa lista: {}",
  ),
} satisfies Record<string, Asks>;

/** How people ask for a language; `{}` is its name. */
export const answerIn: Asks = asks(
  "Answer in {}.|Reply in {} only.|Always write in {}.|Your answer must be in {}.|In {}, please.|Use {}.",
  "Réponds en {}.|Réponds seulement en {}.|Écris toujours en {}.|Ta réponse doit être en {}.|En {}, s’il te plaît.|Utilise la langue suivante : {}.",
  "Responde en {}.|Contesta solo en {}.|Escribe siempre en {}.|Tu respuesta debe estar en {}.|En {}, por favor.|Usa este idioma: {}.",
  "Antworte auf {}.|Antworte nur auf {}.|Schreibe immer auf {}.|Deine Antwort muss auf {} sein.|Auf {}, bitte.|Nimm diese Sprache: {}.",
  "Rispondi in {}.|Rispondi solo in {}.|Scrivi sempre in {}.|La tua risposta deve essere in {}.|In {}, per favore.|Usa questa lingua: {}.",
);
