import { topic, type Topic } from "./topic.ts";

/** What reaches a help desk or a newsroom. */
export const deskTopics: readonly Topic[] = [
  topic(
    "billing|invoices|payments",
    [
      "billing|invoices and payments|questions about an invoice",
      "facturation|factures et paiements|questions sur une facture",
      "facturación|facturas y pagos|preguntas sobre una factura",
      "Abrechnung|Rechnungen und Zahlungen|Fragen zu einer Rechnung",
      "fatturazione|fatture e pagamenti|domande su una fattura",
    ],
    [
      "My invoice {} is wrong|I was charged twice|When must I pay the bill?|Please send the receipt again|The amount on the bill is too high",
      "Ma facture {} est fausse|J’ai été débité deux fois|Quand dois-je payer la facture ?|Renvoyez-moi le reçu|Le montant de la facture est trop élevé",
      "Mi factura {} está mal|Me han cobrado dos veces|¿Cuándo debo pagar la factura?|Envíen otra vez el recibo|El importe de la factura es demasiado alto",
      "Meine Rechnung {} ist falsch|Mir wurde zweimal abgebucht|Wann muss ich die Rechnung zahlen?|Bitte die Quittung noch einmal senden|Der Betrag auf der Rechnung ist zu hoch",
      "La mia fattura {} è sbagliata|Mi hanno addebitato due volte|Quando devo pagare la fattura?|Rimandate la ricevuta|L’importo della fattura è troppo alto",
    ],
  ),
  topic(
    "shipping|delivery|logistics",
    [
      "shipping|parcels and delivery|questions about a parcel",
      "livraison|colis et expédition|questions sur un colis",
      "envíos|paquetes y entregas|preguntas sobre un paquete",
      "Versand|Pakete und Lieferung|Fragen zu einem Paket",
      "spedizione|pacchi e consegne|domande su un pacco",
    ],
    [
      "Where is my parcel {}?|The package has not arrived|When will it be delivered?|The box came damaged|The courier did not ring",
      "Où est mon colis {} ?|Le paquet n’est pas arrivé|Quand sera-t-il livré ?|Le carton est arrivé abîmé|Le livreur n’a pas sonné",
      "¿Dónde está mi paquete {}?|El paquete no ha llegado|¿Cuándo lo entregan?|La caja llegó rota|El mensajero no llamó",
      "Wo ist mein Paket {}?|Das Paket ist nicht angekommen|Wann wird es geliefert?|Der Karton kam beschädigt an|Der Bote hat nicht geklingelt",
      "Dov’è il mio pacco {}?|Il pacco non è arrivato|Quando viene consegnato?|La scatola è arrivata rotta|Il corriere non ha suonato",
    ],
  ),
  topic(
    "technical|support|bug",
    [
      "technical problems|errors in the software|a fault of the program",
      "problèmes techniques|erreurs du logiciel|une panne du programme",
      "problemas técnicos|errores del programa|un fallo del programa",
      "technische Probleme|Fehler in der Software|eine Störung des Programms",
      "problemi tecnici|errori del programma|un guasto del programma",
    ],
    [
      "The app crashes when I open it|I cannot log in|The page shows error {}|The screen stays black|The update does not install",
      "L’appli plante à l’ouverture|Je n’arrive pas à me connecter|La page affiche l’erreur {}|L’écran reste noir|La mise à jour ne s’installe pas",
      "La aplicación se cierra al abrirla|No puedo entrar|La página muestra el error {}|La pantalla queda negra|La actualización no se instala",
      "Die App stürzt beim Öffnen ab|Ich kann mich nicht anmelden|Die Seite zeigt Fehler {}|Der Bildschirm bleibt schwarz|Das Update lässt sich nicht installieren",
      "L’app si chiude quando la apro|Non riesco ad accedere|La pagina mostra l’errore {}|Lo schermo resta nero|L’aggiornamento non si installa",
    ],
  ),
  topic(
    "praise|positive|thanks",
    [
      "praise|happy customers|positive comments",
      "éloges|clients contents|avis positifs",
      "elogios|clientes contentos|comentarios positivos",
      "Lob|zufriedene Kunden|positive Kommentare",
      "lodi|clienti contenti|commenti positivi",
    ],
    [
      "I love this product|Great service, thank you {}|Everything was perfect|The best shop I know|Very happy with my purchase",
      "J’adore ce produit|Excellent service, merci {}|Tout était parfait|Le meilleur magasin que je connaisse|Très content de mon achat",
      "Me encanta este producto|Gran servicio, gracias {}|Todo fue perfecto|La mejor tienda que conozco|Muy contento con mi compra",
      "Ich liebe dieses Produkt|Toller Service, danke {}|Alles war perfekt|Der beste Laden, den ich kenne|Sehr zufrieden mit meinem Kauf",
      "Adoro questo prodotto|Ottimo servizio, grazie {}|Tutto era perfetto|Il miglior negozio che conosco|Molto contento del mio acquisto",
    ],
  ),
  topic(
    "complaint|negative|criticism",
    [
      "complaints|angry customers|negative comments",
      "plaintes|clients fâchés|avis négatifs",
      "quejas|clientes enfadados|comentarios negativos",
      "Beschwerden|verärgerte Kunden|negative Kommentare",
      "reclami|clienti arrabbiati|commenti negativi",
    ],
    [
      "This is terrible|The worst service ever|I am very angry with {}|Nothing works as promised|I will never buy here again",
      "C’est affreux|Le pire service du monde|Je suis très fâché contre {}|Rien ne marche comme promis|Je n’achèterai plus jamais ici",
      "Esto es horrible|El peor servicio de todos|Estoy muy enfadado con {}|Nada funciona como prometieron|Nunca más compraré aquí",
      "Das ist furchtbar|Der schlechteste Service überhaupt|Ich bin sehr verärgert über {}|Nichts geht wie versprochen|Hier kaufe ich nie wieder",
      "È terribile|Il peggior servizio di sempre|Sono molto arrabbiato con {}|Niente funziona come promesso|Non comprerò mai più qui",
    ],
  ),
  topic(
    "sport|sports",
    [
      "sport|matches and teams",
      "sport|matchs et équipes",
      "deporte|partidos y equipos",
      "Sport|Spiele und Mannschaften",
      "sport|partite e squadre",
    ],
    [
      "Who won the match yesterday?|The team of {} played well|I train for a marathon|Our goalkeeper is injured",
      "Qui a gagné le match hier ?|L’équipe de {} a bien joué|Je m’entraîne pour un marathon|Notre gardien est blessé",
      "¿Quién ganó el partido ayer?|El equipo de {} jugó bien|Entreno para un maratón|Nuestro portero está lesionado",
      "Wer hat gestern das Spiel gewonnen?|Die Mannschaft von {} spielte gut|Ich trainiere für einen Marathon|Unser Torwart ist verletzt",
      "Chi ha vinto la partita ieri?|La squadra di {} ha giocato bene|Mi alleno per una maratona|Il nostro portiere è infortunato",
    ],
  ),
  topic(
    "travel|trips|holidays",
    [
      "travel|trips and hotels",
      "voyage|voyages et hôtels",
      "viajes|viajes y hoteles",
      "Reisen|Reisen und Hotels",
      "viaggi|viaggi e alberghi",
    ],
    [
      "I am looking for a cheap hotel in {}|Which train goes to {}?|We plan a holiday by the sea|Do I need a visa for {}?",
      "Je cherche un hôtel pas cher à {}|Quel train va à {} ?|Nous préparons des vacances à la mer|Me faut-il un visa pour {} ?",
      "Busco un hotel barato en {}|¿Qué tren va a {}?|Planeamos vacaciones en el mar|¿Necesito visado para {}?",
      "Ich suche ein günstiges Hotel in {}|Welcher Zug fährt nach {}?|Wir planen Urlaub am Meer|Brauche ich ein Visum für {}?",
      "Cerco un albergo economico a {}|Quale treno va a {}?|Progettiamo vacanze al mare|Mi serve un visto per {}?",
    ],
  ),
  topic(
    "food|cooking|recipes",
    [
      "food|cooking and recipes",
      "cuisine|repas et recettes",
      "comida|cocina y recetas",
      "Essen|Kochen und Rezepte",
      "cibo|cucina e ricette",
    ],
    [
      "How long do I boil the potatoes?|This soup needs more salt|A recipe for apple cake, please|What can I cook with rice?",
      "Combien de temps cuire les pommes de terre ?|Cette soupe manque de sel|Une recette de gâteau aux pommes ?|Que cuisiner avec du riz ?",
      "¿Cuánto tiempo hiervo las patatas?|A esta sopa le falta sal|Una receta de pastel de manzana|¿Qué cocino con arroz?",
      "Wie lange koche ich die Kartoffeln?|Diese Suppe braucht mehr Salz|Ein Rezept für Apfelkuchen, bitte|Was kann ich mit Reis kochen?",
      "Quanto tempo bollo le patate?|A questa zuppa manca il sale|Una ricetta per la torta di mele|Che cosa cucino con il riso?",
    ],
  ),
  topic(
    "jobs|careers|hiring",
    [
      "jobs|applications and salaries",
      "emploi|candidatures et salaires",
      "empleo|solicitudes y sueldos",
      "Arbeit|Bewerbungen und Gehälter",
      "lavoro|candidature e stipendi",
    ],
    [
      "Are you hiring new people?|What is the salary of this position?|I send you my application|How many vacation days do employees get?",
      "Recrutez-vous en ce moment ?|Quel est le salaire de ce poste ?|Je vous envoie ma candidature|Combien de jours de congé ont les employés ?",
      "¿Buscan personal?|¿Cuál es el sueldo de este puesto?|Les envío mi solicitud|¿Cuántos días de vacaciones tienen los empleados?",
      "Stellt ihr neue Leute ein?|Wie hoch ist das Gehalt dieser Stelle?|Ich sende Ihnen meine Bewerbung|Wie viele Urlaubstage haben Mitarbeiter?",
      "Assumete personale?|Qual è lo stipendio di questo posto?|Vi invio la mia candidatura|Quanti giorni di ferie hanno i dipendenti?",
    ],
  ),
];
