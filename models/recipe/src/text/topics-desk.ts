import { topic, type Topic } from "./topic.ts";

/** What reaches a help desk or a newsroom. */
export const deskTopics: readonly Topic[] = [
  topic(
    "billing|invoices|payments",
    [
      "billing|invoices and payments|questions about an invoice|what a customer has to pay|Wrong or missing bills|(Charges/Debits) on a card|Accounting",
      "facturation|factures et paiements|questions sur une facture|ce que le client doit payer|factures fausses ou manquantes|débits sur une carte|comptabilité clients",
      "facturación|facturas y pagos|preguntas sobre una factura|lo que el cliente tiene que pagar|recibos erróneos o perdidos|cargos en una tarjeta|contabilidad",
      "Abrechnung|Rechnungen und Zahlungen|Fragen zu einer Rechnung|was Kunden zahlen müssen|falsche oder fehlende Rechnungen|Abbuchungen von der Karte|Buchhaltung",
      "fatturazione|fatture e pagamenti|domande su una fattura|quanto il cliente deve pagare|fatture errate o mancanti|addebiti sulla carta|contabilità",
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
      "shipping|parcels and delivery|questions about a parcel|when goods arrive|Lost or late consignments|Transport to the customer|The carrier and its drivers",
      "livraison|colis et expédition|questions sur un colis|quand la marchandise arrive|envois perdus ou en retard|transport chez le client|le transporteur et ses chauffeurs",
      "envíos|paquetes y entregas|preguntas sobre un paquete|cuándo llega la mercancía|envíos perdidos o tardíos|transporte hasta el cliente|la mensajería y sus repartidores",
      "Versand|Pakete und Lieferung|Fragen zu einem Paket|wann Ware ankommt|verlorene oder verspätete Sendungen|Transport zum Kunden|der Paketdienst und seine Fahrer",
      "spedizione|pacchi e consegne|domande su un pacco|quando arriva la merce|invii persi o in ritardo|trasporto al cliente|il vettore e i suoi autisti",
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
      "technical problems|errors in the software|a fault of the program|something does not work on a computer|Bugs and crashes|Malfunctions of devices|Users who need a technician",
      "problèmes techniques|erreurs du logiciel|une panne du programme|quelque chose ne marche pas sur l’ordinateur|bogues et plantages|dysfonctionnement d’appareils|ceux qui ont besoin d’un technicien",
      "problemas técnicos|errores del programa|un fallo del programa|algo no funciona en el ordenador|fallos y bloqueos|mal funcionamiento de aparatos|quien necesita un técnico",
      "technische Probleme|Fehler in der Software|eine Störung des Programms|etwas am Computer geht nicht|Bugs und Abstürze|Fehlfunktion von Geräten|wer einen Techniker braucht",
      "problemi tecnici|errori del programma|un guasto del programma|qualcosa non va nel computer|bug e blocchi|malfunzionamento di dispositivi|chi ha bisogno di un tecnico",
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
      "praise|happy customers|positive comments|compliments|The writer is satisfied|Gratitude and enthusiasm|Good reviews",
      "éloges|clients contents|avis positifs|compliments|l’auteur est satisfait|gratitude et enthousiasme|bonnes critiques",
      "elogios|clientes contentos|comentarios positivos|cumplidos|el autor está satisfecho|gratitud y entusiasmo|buenas reseñas",
      "Lob|zufriedene Kunden|positive Kommentare|Komplimente|der Schreiber ist zufrieden|Dank und Begeisterung|gute Bewertungen",
      "lodi|clienti contenti|commenti positivi|complimenti|chi scrive è soddisfatto|gratitudine ed entusiasmo|buone recensioni",
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
      "complaints|angry customers|negative comments|dissatisfaction|The writer is annoyed|Bad reviews|Customers who feel let down",
      "plaintes|clients fâchés|avis négatifs|insatisfaction|l’auteur est mécontent|mauvaises critiques|clients qui se sentent trahis",
      "quejas|clientes enfadados|comentarios negativos|insatisfacción|el autor está molesto|malas reseñas|clientes que se sienten defraudados",
      "Beschwerden|verärgerte Kunden|negative Kommentare|Unzufriedenheit|der Schreiber ärgert sich|schlechte Bewertungen|Kunden, die sich im Stich gelassen fühlen",
      "reclami|clienti arrabbiati|commenti negativi|insoddisfazione|chi scrive è seccato|cattive recensioni|clienti che si sentono traditi",
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
      "sport|matches and teams|football, tennis and other games|Athletes and their results|Competitions and training|Championships",
      "sport|matchs et équipes|football, tennis et autres disciplines|athlètes et résultats|compétitions et entraînement|championnats",
      "deporte|partidos y equipos|fútbol, tenis y otras disciplinas|atletas y resultados|competiciones y entrenamiento|campeonatos",
      "Sport|Spiele und Mannschaften|Fußball, Tennis und andere Disziplinen|Athleten und Ergebnisse|Wettkämpfe und Training|Meisterschaften",
      "sport|partite e squadre|calcio, tennis e altre discipline|atleti e risultati|gare e allenamento|campionati",
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
      "travel|trips and hotels|holidays and flights|Getting from one place to another|Tourism|Where to spend the vacation",
      "voyage|voyages et hôtels|vacances et vols|aller d’un lieu à un autre|tourisme|où passer ses congés",
      "viajes|viajes y hoteles|vacaciones y vuelos|ir de un lugar a otro|turismo|dónde pasar el verano",
      "Reisen|Reisen und Hotels|Ferien und Flüge|von einem Ort zum anderen kommen|Tourismus|wo man den Urlaub verbringt",
      "viaggi|viaggi e alberghi|vacanze e voli|andare da un luogo all’altro|turismo|dove passare le ferie",
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
      "food|cooking and recipes|dishes and how they are prepared|Kitchen questions|Ingredients and meals|What to eat",
      "cuisine|repas et recettes|plats et leur préparation|questions de cuisinier|ingrédients et menus|quoi manger",
      "comida|cocina y recetas|platos y su preparación|dudas de cocinero|ingredientes y menús|qué comer",
      "Essen|Kochen und Rezepte|Gerichte und ihre Zubereitung|Fragen aus der Küche|Zutaten und Mahlzeiten|was man isst",
      "cibo|cucina e ricette|piatti e loro preparazione|domande da cuoco|ingredienti e pasti|che cosa mangiare",
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
      "jobs|applications and salaries|people who want to work here|Vacancies|Recruiting|Interviews and CVs of candidates",
      "emploi|candidatures et salaires|ceux qui veulent travailler ici|postes vacants|recrutement|entretiens et CV de candidats",
      "empleo|solicitudes y sueldos|quien quiere trabajar aquí|vacantes|contratación de personal|entrevistas y currículos de candidatos",
      "Arbeit|Bewerbungen und Gehälter|wer hier arbeiten will|offene Stellen|Personalsuche|Vorstellungsgespräche und Lebensläufe",
      "lavoro|candidature e stipendi|chi vuole lavorare qui|posti vacanti|selezione del personale|colloqui e curriculum di candidati",
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
