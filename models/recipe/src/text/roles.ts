import type { Language } from "../sample.ts";
import type { Kind } from "../values.ts";

/** The part a value plays in a request: its field names, its description, how it is said around "{}" and how it is asked for. */
export interface Role {
  kind: Kind;
  fields: readonly string[];
  describe: readonly string[];
  say: Record<Language, readonly string[]>;
  noun: Record<Language, string>;
}

const split = (text: string): string[] => text.split("|");
const role = (kind: Kind, fields: string, describe: string, noun: readonly string[], say: readonly string[]): Role => ({
  kind,
  fields: split(fields),
  describe: split(describe),
  noun: { en: noun[0]!, fr: noun[1]!, es: noun[2]!, de: noun[3]!, it: noun[4]! },
  say: { en: split(say[0]!), fr: split(say[1]!), es: split(say[2]!), de: split(say[3]!), it: split(say[4]!) },
});

export const roles: readonly Role[] = [
  role(
    "name",
    "name|customer|customer_name|full_name|person|guest|contact|client_name|user_name",
    "Name of the person|The full name|Customer name|Who it is for",
    ["the name", "le nom", "el nombre", "der Name", "il nome"],
    [
      "for {}|for Mr {}|in the name of {}|the customer is {}|name: {}",
      "pour {}|au nom de {}|le client est {}|nom : {}",
      "para {}|a nombre de {}|el cliente es {}|nombre: {}",
      "für {}|auf den Namen {}|der Kunde ist {}|Name: {}",
      "per {}|a nome di {}|il cliente è {}|nome: {}",
    ],
  ),
  role(
    "name",
    "recipient|to|receiver|attendee|invitee",
    "Who receives it|The recipient|Person to send it to",
    ["the recipient", "le destinataire", "el destinatario", "der Empfänger", "il destinatario"],
    [
      "to {}|addressed to {}|the recipient is {}",
      "à {}|adressé à {}|le destinataire est {}",
      "a {}|dirigido a {}|el destinatario es {}",
      "an {}|gerichtet an {}|der Empfänger ist {}",
      "a {}|indirizzato a {}|il destinatario è {}",
    ],
  ),
  role(
    "city",
    "city|location|place|town|city_name",
    "The city|Name of the city|City or place",
    ["the city", "la ville", "la ciudad", "die Stadt", "la città"],
    [
      "in {}|at {}|in the city of {}|the city is {}|city: {}",
      "à {}|dans la ville de {}|la ville est {}|ville : {}",
      "en {}|en la ciudad de {}|la ciudad es {}|ciudad: {}",
      "in {}|in der Stadt {}|die Stadt ist {}|Stadt: {}",
      "a {}|nella città di {}|la città è {}|città: {}",
    ],
  ),
  role(
    "city",
    "origin|from|departure_city|from_city|start",
    "Where it starts|City of departure|Starting point",
    ["the starting point", "le point de départ", "el origen", "der Startort", "il luogo di partenza"],
    [
      "from {}|leaving from {}|starting in {}",
      "depuis {}|au départ de {}|en partant de {}",
      "desde {}|saliendo de {}|con origen en {}",
      "ab {}|von {}|mit Abfahrt in {}",
      "da {}|in partenza da {}|con partenza da {}",
    ],
  ),
  role(
    "city",
    "destination|arrival_city|to_city|target|goal",
    "Where it goes|City of arrival|Destination",
    ["the destination", "la destination", "el destino", "das Ziel", "la destinazione"],
    [
      "to {}|going to {}|with destination {}",
      "vers {}|à destination de {}|pour aller à {}",
      "hacia {}|con destino a {}|hasta {}",
      "nach {}|mit Ziel {}|in Richtung {}",
      "verso {}|con destinazione {}|fino a {}",
    ],
  ),
  role(
    "country",
    "country|nation|country_name",
    "The country|Country name",
    ["the country", "le pays", "el país", "das Land", "il paese"],
    [
      "in the country {}|country: {}|the country is {}",
      "dans le pays {}|pays : {}|le pays est {}",
      "en el país {}|país: {}|el país es {}",
      "im Land {}|Land: {}|das Land ist {}",
      "nel paese {}|paese: {}|il paese è {}",
    ],
  ),
  role(
    "company",
    "company|vendor|supplier|employer|organization|company_name|brand",
    "The company|Name of the company|Supplier",
    ["the company", "la société", "la empresa", "die Firma", "la ditta"],
    [
      "by the company {}|at {}|the company is {}|company: {}",
      "de la société {}|chez {}|la société est {}|société : {}",
      "de la empresa {}|la empresa es {}|empresa: {}",
      "von der Firma {}|bei {}|die Firma ist {}|Firma: {}",
      "della ditta {}|presso {}|la ditta è {}|ditta: {}",
    ],
  ),
  role(
    "product",
    "product|item|article|product_name|goods",
    "The product|Name of the article|Item",
    ["the product", "le produit", "el producto", "das Produkt", "il prodotto"],
    [
      "the product {}|the item is a {}|item: {}|product: {}",
      "le produit {}|l’article est {}|produit : {}",
      "el producto {}|el artículo es {}|producto: {}",
      "das Produkt {}|der Artikel ist {}|Produkt: {}",
      "il prodotto {}|l’articolo è {}|prodotto: {}",
    ],
  ),
  role(
    "quantity",
    "quantity|count|number|units|amount_of_items",
    "How many|Number of units|Quantity",
    ["the quantity", "la quantité", "la cantidad", "die Menge", "la quantità"],
    [
      "{} units|{} pieces|{} of them|quantity: {}",
      "{} unités|{} pièces|au nombre de {}|quantité : {}",
      "{} unidades|{} piezas|cantidad: {}",
      "{} Stück|{} Einheiten|Menge: {}",
      "{} pezzi|{} unità|quantità: {}",
    ],
  ),
  role(
    "quantity",
    "people|guests|persons|seats|party_size|passengers",
    "Number of people|How many guests|Seats needed",
    [
      "the number of people",
      "le nombre de personnes",
      "el número de personas",
      "die Personenzahl",
      "il numero di persone",
    ],
    [
      "for {} people|for {} guests|{} seats",
      "pour {} personnes|pour {} invités|{} places",
      "para {} personas|para {} invitados|{} plazas",
      "für {} Personen|für {} Gäste|{} Plätze",
      "per {} persone|per {} ospiti|{} posti",
    ],
  ),
  role(
    "price",
    "price|amount|total|cost|budget|sum|value",
    "Amount in euros|The price|Total amount",
    ["the amount", "le montant", "el importe", "der Betrag", "l'importo"],
    [
      "for {} euros|{} EUR|the amount is {} euros|total: {}",
      "pour {} euros|{} EUR|le montant est de {} euros|total : {}",
      "por {} euros|{} EUR|el importe es de {} euros|total: {}",
      "für {} Euro|{} EUR|der Betrag ist {} Euro|Summe: {}",
      "per {} euro|{} EUR|l’importo è di {} euro|totale: {}",
    ],
  ),
  role(
    "date",
    "date|day|due_date|start_date|when|deadline|departure_date",
    "The date|Date as YYYY-MM-DD|Day",
    ["the date", "la date", "la fecha", "das Datum", "la data"],
    [
      "on {}|on the day {}|before {}|date: {}",
      "le {}|à la date du {}|avant le {}|date : {}",
      "el {}|con fecha {}|antes del {}|fecha: {}",
      "am {}|mit Datum {}|vor dem {}|Datum: {}",
      "il {}|in data {}|prima del {}|data: {}",
    ],
  ),
  role(
    "time",
    "time|hour|at|start_time|time_of_day",
    "Time of day|The time as HH:MM|Hour",
    ["the time", "l'heure", "la hora", "die Uhrzeit", "l'ora"],
    [
      "at {}|at {} sharp|time: {}",
      "à {}|à {} précises|heure : {}",
      "a las {}|hora: {}",
      "um {}|um {} Uhr|Uhrzeit: {}",
      "alle {}|alle ore {}|ora: {}",
    ],
  ),
  role(
    "email",
    "email|email_address|mail|reply_to|address",
    "The email address|Email",
    ["the email address", "l'adresse e-mail", "el correo electrónico", "die E-Mail-Adresse", "l'indirizzo e-mail"],
    [
      "with the email {}|email: {}|the address is {}",
      "avec le courriel {}|courriel : {}|l’adresse est {}",
      "con el correo {}|correo: {}|la dirección es {}",
      "mit der E-Mail {}|E-Mail: {}|die Adresse ist {}",
      "con la mail {}|mail: {}|l’indirizzo è {}",
    ],
  ),
  role(
    "id",
    "id|order_id|reference|code|transaction_id|ticket_id|ref|number|account_id|invoice_number",
    "The reference number|Order number|The transaction id|Identifier",
    ["the reference", "la référence", "la referencia", "die Referenz", "il riferimento"],
    [
      "with the number {}|number {}|reference {}|id {}|code: {}",
      "avec le numéro {}|numéro {}|référence {}|code : {}",
      "con el número {}|número {}|referencia {}|código: {}",
      "mit der Nummer {}|Nummer {}|Referenz {}|Code: {}",
      "con il numero {}|numero {}|riferimento {}|codice: {}",
    ],
  ),
  role(
    "phone",
    "phone|phone_number|telephone|mobile",
    "The phone number|Telephone",
    ["the phone number", "le numéro de téléphone", "el teléfono", "die Telefonnummer", "il telefono"],
    [
      "phone {}|the phone number is {}|call {}",
      "téléphone {}|le numéro de téléphone est {}",
      "teléfono {}|el teléfono es {}",
      "Telefon {}|die Telefonnummer ist {}",
      "telefono {}|il telefono è {}",
    ],
  ),
  role(
    "topic",
    "topic|subject|title|query|keyword|theme",
    "The topic|What it is about|Search words|Subject",
    ["the topic", "le sujet", "el tema", "das Thema", "l'argomento"],
    [
      "about {}|on the topic {}|with the title {}|subject: {}",
      "sur {}|à propos de {}|avec le titre {}|sujet : {}",
      "sobre {}|acerca de {}|con el título {}|tema: {}",
      "über {}|zum Thema {}|mit dem Titel {}|Betreff: {}",
      "su {}|a proposito di {}|con il titolo {}|oggetto: {}",
    ],
  ),
  role(
    "url",
    "url|link|website|page",
    "The link|Web address",
    ["the link", "le lien", "el enlace", "der Link", "il link"],
    [
      "at {}|link: {}|the page is {}",
      "lien : {}|la page est {}",
      "enlace: {}|la página es {}",
      "Link: {}|die Seite ist {}",
      "link: {}|la pagina è {}",
    ],
  ),
];
