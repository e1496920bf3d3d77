import type { Language, Text } from "../sample.ts";

/** What tools do: a verb and the thing it is done to, in code words and in the five languages. */
export interface Verb {
  code: readonly string[];
  say: Record<Language, readonly string[]>;
}
export interface Thing {
  code: string;
  say: Text;
}

const verb = (code: string, en: string, fr: string, es: string, de: string, it: string): Verb => {
  const split = (text: string): string[] => text.split("|");
  return { code: split(code), say: { en: split(en), fr: split(fr), es: split(es), de: split(de), it: split(it) } };
};
const thing = (code: string, en: string, fr: string, es: string, de: string, it: string): Thing => ({
  code,
  say: { en, fr, es, de, it },
});

/** Infinitives; where several are given, the first is the one descriptions use. */
export const verbs: readonly Verb[] = [
  verb(
    "get|fetch|retrieve|read",
    "get|show me|tell me|look up",
    "obtenir|montrer|donner",
    "obtener|mostrar|dar",
    "abrufen|zeigen|holen",
    "ottenere|mostrare|dare",
  ),
  verb(
    "create|add|new|make",
    "create|add|make",
    "créer|ajouter",
    "crear|añadir",
    "erstellen|anlegen",
    "creare|aggiungere",
  ),
  verb(
    "delete|remove|drop",
    "delete|remove",
    "supprimer|effacer",
    "borrar|eliminar",
    "löschen|entfernen",
    "cancellare|eliminare",
  ),
  verb(
    "update|change|edit|set",
    "update|change",
    "modifier|changer",
    "actualizar|cambiar",
    "ändern|aktualisieren",
    "modificare|aggiornare",
  ),
  verb(
    "search|find|query|lookup",
    "find|search for",
    "chercher|trouver",
    "buscar|encontrar",
    "suchen|finden",
    "cercare|trovare",
  ),
  verb("send|dispatch|deliver", "send", "envoyer", "enviar", "senden|schicken", "inviare|mandare"),
  verb("book|reserve", "book|reserve", "réserver", "reservar", "buchen|reservieren", "prenotare"),
  verb(
    "order|buy|purchase",
    "order|buy",
    "commander|acheter",
    "pedir|comprar",
    "bestellen|kaufen",
    "ordinare|comprare",
  ),
  verb("track|follow|monitor", "track|follow", "suivre", "seguir|rastrear", "verfolgen", "seguire|tracciare"),
  verb("check|verify|validate", "check|verify", "vérifier", "comprobar|verificar", "prüfen", "controllare|verificare"),
  verb("cancel|abort", "cancel", "annuler", "cancelar|anular", "stornieren|absagen", "annullare|disdire"),
  verb("open|start|launch", "open|start", "ouvrir|lancer", "abrir|iniciar", "öffnen|starten", "aprire|avviare"),
  verb("close|stop|end", "close|stop", "fermer|arrêter", "cerrar|parar", "schließen|stoppen", "chiudere|fermare"),
  verb("pay|settle", "pay", "payer|régler", "pagar", "bezahlen", "pagare|saldare"),
  verb("print", "print", "imprimer", "imprimir", "drucken", "stampare"),
  verb("share", "share", "partager", "compartir", "teilen", "condividere"),
  verb(
    "download|export",
    "download|export",
    "télécharger|exporter",
    "descargar|exportar",
    "herunterladen|exportieren",
    "scaricare|esportare",
  ),
  verb("count", "count", "compter", "contar", "zählen", "contare"),
  verb("translate", "translate", "traduire", "traducir", "übersetzen", "tradurre"),
  verb(
    "archive|store|save",
    "save|archive",
    "enregistrer|archiver",
    "guardar|archivar",
    "speichern|archivieren",
    "salvare|archiviare",
  ),
];

export const things: readonly Thing[] = [
  thing("weather", "the weather", "la météo", "el tiempo", "das Wetter", "il meteo"),
  thing("forecast", "the forecast", "les prévisions", "el pronóstico", "die Vorhersage", "le previsioni"),
  thing("order", "the order", "la commande", "el pedido", "die Bestellung", "l'ordine"),
  thing("invoice", "the invoice", "la facture", "la factura", "die Rechnung", "la fattura"),
  thing("flight", "the flight", "le vol", "el vuelo", "den Flug", "il volo"),
  thing("train", "the train", "le train", "el tren", "den Zug", "il treno"),
  thing("hotel", "the hotel", "l'hôtel", "el hotel", "das Hotel", "l'albergo"),
  thing("room", "the room", "la chambre", "la habitación", "das Zimmer", "la camera"),
  thing("table", "the table", "la table", "la mesa", "den Tisch", "il tavolo"),
  thing("meeting", "the meeting", "la réunion", "la reunión", "die Besprechung", "la riunione"),
  thing("appointment", "the appointment", "le rendez-vous", "la cita", "den Termin", "l'appuntamento"),
  thing("event", "the event", "l'événement", "el evento", "die Veranstaltung", "l'evento"),
  thing("reminder", "the reminder", "le rappel", "el recordatorio", "die Erinnerung", "il promemoria"),
  thing("email", "the email", "le courriel", "el correo", "die E-Mail", "la mail"),
  thing("message", "the message", "le message", "el mensaje", "die Nachricht", "il messaggio"),
  thing("ticket", "the ticket", "le billet", "el billete", "das Ticket", "il biglietto"),
  thing("payment", "the payment", "le paiement", "el pago", "die Zahlung", "il pagamento"),
  thing(
    "payment_status",
    "the payment status",
    "le statut du paiement",
    "el estado del pago",
    "den Zahlungsstatus",
    "lo stato del pagamento",
  ),
  thing(
    "payment_date",
    "the payment date",
    "la date du paiement",
    "la fecha del pago",
    "das Zahlungsdatum",
    "la data del pagamento",
  ),
  thing("price", "the price", "le prix", "el precio", "den Preis", "il prezzo"),
  thing("stock", "the stock", "le stock", "las existencias", "den Bestand", "le scorte"),
  thing("stock_price", "the share price", "le cours de l'action", "la cotización", "den Aktienkurs", "la quotazione"),
  thing(
    "exchange_rate",
    "the exchange rate",
    "le taux de change",
    "el tipo de cambio",
    "den Wechselkurs",
    "il tasso di cambio",
  ),
  thing("product", "the product", "le produit", "el producto", "das Produkt", "il prodotto"),
  thing("parcel", "the parcel", "le colis", "el paquete", "das Paket", "il pacco"),
  thing("delivery", "the delivery", "la livraison", "la entrega", "die Lieferung", "la consegna"),
  thing("customer", "the customer", "le client", "el cliente", "den Kunden", "il cliente"),
  thing("user", "the user", "l'utilisateur", "el usuario", "den Benutzer", "l'utente"),
  thing("account", "the account", "le compte", "la cuenta", "das Konto", "il conto"),
  thing("balance", "the balance", "le solde", "el saldo", "den Kontostand", "il saldo"),
  thing("contract", "the contract", "le contrat", "el contrato", "den Vertrag", "il contratto"),
  thing("report", "the report", "le rapport", "el informe", "den Bericht", "il rapporto"),
  thing("document", "the document", "le document", "el documento", "das Dokument", "il documento"),
  thing("file", "the file", "le fichier", "el archivo", "die Datei", "il file"),
  thing("note", "the note", "la note", "la nota", "die Notiz", "la nota"),
  thing("task", "the task", "la tâche", "la tarea", "die Aufgabe", "l'attività"),
  thing("project", "the project", "le projet", "el proyecto", "das Projekt", "il progetto"),
  thing("contact", "the contact", "le contact", "el contacto", "den Kontakt", "il contatto"),
  thing("song", "the song", "la chanson", "la canción", "das Lied", "la canzone"),
  thing("movie", "the film", "le film", "la película", "den Film", "il film"),
  thing("book", "the book", "le livre", "el libro", "das Buch", "il libro"),
  thing("recipe", "the recipe", "la recette", "la receta", "das Rezept", "la ricetta"),
  thing("restaurant", "the restaurant", "le restaurant", "el restaurante", "das Restaurant", "il ristorante"),
  thing("taxi", "the taxi", "le taxi", "el taxi", "das Taxi", "il taxi"),
  thing("car", "the car", "la voiture", "el coche", "das Auto", "l'auto"),
  thing("route", "the route", "l'itinéraire", "la ruta", "die Route", "il percorso"),
  thing("light", "the light", "la lumière", "la luz", "das Licht", "la luce"),
  thing("heating", "the heating", "le chauffage", "la calefacción", "die Heizung", "il riscaldamento"),
  thing("temperature", "the temperature", "la température", "la temperatura", "die Temperatur", "la temperatura"),
  thing("alarm", "the alarm", "l'alarme", "la alarma", "den Wecker", "la sveglia"),
  thing("subscription", "the subscription", "l'abonnement", "la suscripción", "das Abo", "l'abbonamento"),
  thing("refund", "the refund", "le remboursement", "el reembolso", "die Erstattung", "il rimborso"),
  thing("server", "the server", "le serveur", "el servidor", "den Server", "il server"),
  thing("backup", "the backup", "la sauvegarde", "la copia de seguridad", "das Backup", "il backup"),
  thing("log", "the log", "le journal", "el registro", "das Protokoll", "il registro"),
  thing("transaction", "the transaction", "la transaction", "la transacción", "die Transaktion", "la transazione"),
  thing("patient", "the patient", "le patient", "el paciente", "den Patienten", "il paziente"),
  thing("employee", "the employee", "l'employé", "el empleado", "den Mitarbeiter", "il dipendente"),
  thing("course", "the course", "le cours", "el curso", "den Kurs", "il corso"),
  thing("news", "the news", "les nouvelles", "las noticias", "die Nachrichten", "le notizie"),
];

/** How a request is put around "{do}" (verb and thing in the right order). */
export const leads: Record<Language, readonly string[]> = {
  en: [
    "{do}",
    "Please {do}",
    "Can you {do}",
    "Could you {do}",
    "I want to {do}",
    "I need to {do}",
    "I would like to {do}",
    "Help me {do}",
    "Hello, please {do}",
    "You should {do}",
    "It is time to {do}",
  ],
  fr: [
    "Merci de {do}",
    "Peux-tu {do}",
    "Pouvez-vous {do}",
    "Je veux {do}",
    "Je dois {do}",
    "J'aimerais {do}",
    "Il faut {do}",
    "Aide-moi à {do}",
    "Bonjour, merci de {do}",
    "Tu dois {do}",
  ],
  es: [
    "Por favor, {do}",
    "¿Puedes {do}",
    "Podrías {do}",
    "Quiero {do}",
    "Necesito {do}",
    "Me gustaría {do}",
    "Hay que {do}",
    "Ayúdame a {do}",
    "Hola, hay que {do}",
    "Tengo que {do}",
  ],
  de: [
    "Bitte {do}",
    "Kannst du {do}",
    "Können Sie {do}",
    "Ich möchte {do}",
    "Ich muss {do}",
    "Ich will {do}",
    "Hilf mir, {do}",
    "Wir müssen {do}",
    "Hallo, bitte {do}",
    "Du sollst {do}",
  ],
  it: [
    "Per favore, {do}",
    "Puoi {do}",
    "Può {do}",
    "Voglio {do}",
    "Devo {do}",
    "Vorrei {do}",
    "Bisogna {do}",
    "Aiutami a {do}",
    "Ciao, bisogna {do}",
    "Mi serve {do}",
  ],
};

export const fillers: Record<Language, readonly string[]> = {
  en: ["thanks", "please", "as soon as possible", "if you can", "it is urgent", "today", "thank you", "no hurry"],
  fr: ["merci", "s’il vous plaît", "dès que possible", "si possible", "c'est urgent", "aujourd'hui", "rien ne presse"],
  es: ["gracias", "por favor", "lo antes posible", "si puede ser", "es urgente", "hoy", "sin prisa"],
  de: ["danke", "bitte", "so bald wie möglich", "wenn möglich", "es eilt", "heute", "keine Eile"],
  it: ["grazie", "per favore", "appena possibile", "se possibile", "è urgente", "oggi", "senza fretta"],
};

/** Questions for what only wants to be known: "{t}" is the thing; used for the verbs of getting and checking. */
export const questions: Record<Language, readonly string[]> = {
  en: [
    "What is {t}",
    "What's {t}",
    "How is {t}",
    "Do you know {t}",
    "Tell me {t}",
    "Any news on {t}",
    "{t}",
    "What about {t}",
  ],
  fr: ["Quel est {t}", "Quelle est {t}", "Donne-moi {t}", "Tu connais {t}", "{t}", "Des nouvelles sur {t}"],
  es: ["¿Cuál es {t}", "¿Qué tal {t}", "Dime {t}", "¿Sabes {t}", "{t}", "¿Hay novedades sobre {t}"],
  de: ["Wie ist {t}", "Was ist {t}", "Sag mir {t}", "Kennst du {t}", "{t}", "Gibt es Neues: {t}"],
  it: ["Qual è {t}", "Com'è {t}", "Dimmi {t}", "Sai {t}", "{t}", "Ci sono novità su {t}"],
};

/** How a value that was asked for is handed in later: "{n}" its noun, "{v}" the value. */
export const handIns: Record<Language, readonly string[]> = {
  en: ["{v}", "It is {v}", "{n} is {v}", "Sorry, {v}", "It's {v}.", "Here it is: {v}"],
  fr: ["{v}", "C'est {v}", "{n} est {v}", "Pardon, {v}", "Voici : {v}"],
  es: ["{v}", "Es {v}", "{n} es {v}", "Perdón, {v}", "Aquí está: {v}"],
  de: ["{v}", "Es ist {v}", "{n} ist {v}", "Entschuldigung, {v}", "Hier: {v}"],
  it: ["{v}", "È {v}", "{n} è {v}", "Scusa, {v}", "Ecco: {v}"],
};
