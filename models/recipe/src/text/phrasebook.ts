/** One phrase or word in the five languages: en, fr, es, de, it. */
export type Phrase = readonly [en: string, fr: string, es: string, de: string, it: string];

const phrases = (table: string): Phrase[] =>
  table
    .trim()
    .split("\n")
    .map((line) => line.split(" | ") as unknown as Phrase);

/** What a slot of a phrase can hold, in the form that the phrase needs. */
export const phraseSlots: Readonly<Record<string, readonly Phrase[]>> = {
  /** A day, as when something happens. */
  "{w}": phrases(`
on Monday | lundi | el lunes | am Montag | lunedì
on Tuesday | mardi | el martes | am Dienstag | martedì
on Wednesday | mercredi | el miércoles | am Mittwoch | mercoledì
on Thursday | jeudi | el jueves | am Donnerstag | giovedì
on Friday | vendredi | el viernes | am Freitag | venerdì
on Saturday | samedi | el sábado | am Samstag | sabato
on Sunday | dimanche | el domingo | am Sonntag | domenica
tomorrow | demain | mañana | morgen | domani
next week | la semaine prochaine | la semana que viene | nächste Woche | la settimana prossima
`),
  /** Something to eat or to drink, as an object. */
  "{f}": phrases(`
a coffee | un café | un café | einen Kaffee | un caffè
a tea | un thé | un té | einen Tee | un tè
a soup | une soupe | una sopa | eine Suppe | una zuppa
a salad | une salade | una ensalada | einen Salat | un’insalata
an apple | une pomme | una manzana | einen Apfel | una mela
a glass of water | un verre d’eau | un vaso de agua | ein Glas Wasser | un bicchiere d’acqua
a piece of cake | une part de gâteau | un trozo de tarta | ein Stück Kuchen | una fetta di torta
a pizza | une pizza | una pizza | eine Pizza | una pizza
two eggs | deux œufs | dos huevos | zwei Eier | due uova
bread and cheese | du pain et du fromage | pan y queso | Brot und Käse | pane e formaggio
`),
  /** A place to go to. */
  "{g}": phrases(`
to the station | à la gare | a la estación | zum Bahnhof | alla stazione
to the market | au marché | al mercado | zum Markt | al mercato
to school | à l’école | a la escuela | zur Schule | a scuola
to the doctor | chez le médecin | al médico | zum Arzt | dal medico
to the beach | à la plage | a la playa | zum Strand | in spiaggia
to the office | au bureau | a la oficina | ins Büro | in ufficio
to the cinema | au cinéma | al cine | ins Kino | al cinema
home | à la maison | a casa | nach Hause | a casa
`),
  /** A place to be at. */
  "{p}": phrases(`
at the station | à la gare | en la estación | am Bahnhof | alla stazione
at the market | au marché | en el mercado | auf dem Markt | al mercato
at school | à l’école | en la escuela | in der Schule | a scuola
at the airport | à l’aéroport | en el aeropuerto | am Flughafen | all’aeroporto
in the garden | dans le jardin | en el jardín | im Garten | in giardino
in the kitchen | dans la cuisine | en la cocina | in der Küche | in cucina
in the office | au bureau | en la oficina | im Büro | in ufficio
at home | à la maison | en casa | zu Hause | a casa
`),
};

/** Phrases for translation; {n} is a name, {c} a city, {d} a number, the rest a choice of `phraseSlots`. */
export const phrasebook: readonly Phrase[] = phrases(`
Good morning | Bonjour | Buenos días | Guten Morgen | Buongiorno
Good evening | Bonsoir | Buenas tardes | Guten Abend | Buonasera
Thank you very much | Merci beaucoup | Muchas gracias | Vielen Dank | Grazie mille
Where is the station? | Où est la gare ? | ¿Dónde está la estación? | Wo ist der Bahnhof? | Dov’è la stazione?
I would like a coffee | Je voudrais un café | Quisiera un café | Ich möchte einen Kaffee | Vorrei un caffè
My name is {n} | Je m’appelle {n} | Me llamo {n} | Ich heiße {n} | Mi chiamo {n}
I live in {c} | J’habite à {c} | Vivo en {c} | Ich wohne in {c} | Abito a {c}
The train to {c} is late | Le train pour {c} est en retard | El tren a {c} llega tarde | Der Zug nach {c} hat Verspätung | Il treno per {c} è in ritardo
I have {d} books | J’ai {d} livres | Tengo {d} libros | Ich habe {d} Bücher | Ho {d} libri
It costs {d} euros | Cela coûte {d} euros | Cuesta {d} euros | Das kostet {d} Euro | Costa {d} euro
See you tomorrow | À demain | Hasta mañana | Bis morgen | A domani
The house is big | La maison est grande | La casa es grande | Das Haus ist groß | La casa è grande
The garden is small | Le jardin est petit | El jardín es pequeño | Der Garten ist klein | Il giardino è piccolo
I am tired | Je suis fatigué | Estoy cansado | Ich bin müde | Sono stanco
We are hungry | Nous avons faim | Tenemos hambre | Wir haben Hunger | Abbiamo fame
The water is cold | L’eau est froide | El agua está fría | Das Wasser ist kalt | L’acqua è fredda
I do not understand | Je ne comprends pas | No entiendo | Ich verstehe nicht | Non capisco
Can you help me? | Pouvez-vous m’aider ? | ¿Puede ayudarme? | Können Sie mir helfen? | Può aiutarmi?
{n} is my friend | {n} est mon ami | {n} es mi amigo | {n} ist mein Freund | {n} è mio amico
The meeting is at {d} | La réunion est à {d} | La reunión es a las {d} | Die Besprechung ist um {d} | La riunione è alle {d}
I am looking for a hotel in {c} | Je cherche un hôtel à {c} | Busco un hotel en {c} | Ich suche ein Hotel in {c} | Cerco un albergo a {c}
The bill, please | L’addition, s’il vous plaît | La cuenta, por favor | Die Rechnung, bitte | Il conto, per favore
What time is it? | Quelle heure est-il ? | ¿Qué hora es? | Wie spät ist es? | Che ore sono?
The weather is good today | Il fait beau aujourd’hui | Hoy hace buen tiempo | Heute ist das Wetter gut | Oggi fa bel tempo
I have a question | J’ai une question | Tengo una pregunta | Ich habe eine Frage | Ho una domanda
The door is open | La porte est ouverte | La puerta está abierta | Die Tür ist offen | La porta è aperta
The server is running | Le serveur fonctionne | El servidor funciona | Der Server läuft | Il server funziona
Please close the window | Fermez la fenêtre, s’il vous plaît | Cierre la ventana, por favor | Bitte schließen Sie das Fenster | Chiuda la finestra, per favore
{n} works in {c} | {n} travaille à {c} | {n} trabaja en {c} | {n} arbeitet in {c} | {n} lavora a {c}
I need {d} tickets | Il me faut {d} billets | Necesito {d} billetes | Ich brauche {d} Fahrkarten | Mi servono {d} biglietti
The cat sleeps | Le chat dort | El gato duerme | Die Katze schläft | Il gatto dorme
The bread is fresh | Le pain est frais | El pan está fresco | Das Brot ist frisch | Il pane è fresco
I am happy | Je suis content | Estoy contento | Ich bin glücklich | Sono felice
Have a good trip | Bon voyage | Buen viaje | Gute Reise | Buon viaggio
Happy birthday | Joyeux anniversaire | Feliz cumpleaños | Alles Gute zum Geburtstag | Buon compleanno
How much does it cost? | Combien ça coûte ? | ¿Cuánto cuesta? | Wie viel kostet das? | Quanto costa?
Good night, {n} | Bonne nuit, {n} | Buenas noches, {n} | Gute Nacht, {n} | Buonanotte, {n}
Welcome to {c} | Bienvenue à {c} | Bienvenido a {c} | Willkommen in {c} | Benvenuto a {c}
Nice to meet you, {n} | Enchanté, {n} | Encantado, {n} | Freut mich, {n} | Piacere, {n}
I come from {c} | Je viens de {c} | Vengo de {c} | Ich komme aus {c} | Vengo da {c}
I am {d} years old | J’ai {d} ans | Tengo {d} años | Ich bin {d} Jahre alt | Ho {d} anni
{n} has a brother and a sister | {n} a un frère et une sœur | {n} tiene un hermano y una hermana | {n} hat einen Bruder und eine Schwester | {n} ha un fratello e una sorella
The shop opens {w} | Le magasin ouvre {w} | La tienda abre {w} | Der Laden öffnet {w} | Il negozio apre {w}
We leave for {c} {w} | Nous partons pour {c} {w} | Salimos para {c} {w} | Wir fahren {w} nach {c} | Partiamo per {c} {w}
{n} arrives {w} | {n} arrive {w} | {n} llega {w} | {n} kommt {w} an | {n} arriva {w}
Are you free {w}? | Es-tu libre {w} ? | ¿Estás libre {w}? | Hast du {w} Zeit? | Sei libero {w}?
It will rain {w} | Il va pleuvoir {w} | Va a llover {w} | Es wird {w} regnen | Pioverà {w}
I would like {f}, please | Je voudrais {f}, s’il vous plaît | Quisiera {f}, por favor | Ich hätte gern {f}, bitte | Vorrei {f}, per favore
{n} orders {f} | {n} commande {f} | {n} pide {f} | {n} bestellt {f} | {n} ordina {f}
Bring me {f} | Apportez-moi {f} | Tráigame {f} | Bringen Sie mir {f} | Mi porti {f}
For breakfast I have {f} | Au petit-déjeuner je prends {f} | Para desayunar tomo {f} | Zum Frühstück nehme ich {f} | A colazione prendo {f}
How do I get {g}? | Comment aller {g} ? | ¿Cómo voy {g}? | Wie komme ich {g}? | Come arrivo {g}?
We go {g} {w} | Nous allons {g} {w} | Vamos {g} {w} | Wir gehen {w} {g} | Andiamo {g} {w}
{n} goes {g} on foot | {n} va {g} à pied | {n} va {g} a pie | {n} geht zu Fuß {g} | {n} va {g} a piedi
Please take me {g} | Emmenez-moi {g}, s’il vous plaît | Lléveme {g}, por favor | Bitte bringen Sie mich {g} | Mi porti {g}, per favore
{n} is waiting {p} | {n} attend {p} | {n} espera {p} | {n} wartet {p} | {n} aspetta {p}
We meet {p} {w} | Nous nous retrouvons {p} {w} | Nos vemos {p} {w} | Wir treffen uns {w} {p} | Ci vediamo {p} {w}
I lost my keys {p} | J’ai perdu mes clés {p} | Perdí mis llaves {p} | Ich habe {p} meine Schlüssel verloren | Ho perso le chiavi {p}
There are {d} people {p} | Il y a {d} personnes {p} | Hay {d} personas {p} | {p} sind {d} Leute | Ci sono {d} persone {p}
The children play {p} | Les enfants jouent {p} | Los niños juegan {p} | Die Kinder spielen {p} | I bambini giocano {p}
Is there a pharmacy in {c}? | Y a-t-il une pharmacie à {c} ? | ¿Hay una farmacia en {c}? | Gibt es in {c} eine Apotheke? | C’è una farmacia a {c}?
How far is it to {c}? | À quelle distance est {c} ? | ¿A qué distancia está {c}? | Wie weit ist es nach {c}? | Quanto dista {c}?
The bus to {c} leaves in {d} minutes | Le bus pour {c} part dans {d} minutes | El autobús a {c} sale en {d} minutos | Der Bus nach {c} fährt in {d} Minuten | L’autobus per {c} parte tra {d} minuti
One ticket to {c}, please | Un billet pour {c}, s’il vous plaît | Un billete para {c}, por favor | Eine Fahrkarte nach {c}, bitte | Un biglietto per {c}, per favore
The hotel has {d} rooms | L’hôtel a {d} chambres | El hotel tiene {d} habitaciones | Das Hotel hat {d} Zimmer | L’albergo ha {d} camere
I stay for {d} nights | Je reste {d} nuits | Me quedo {d} noches | Ich bleibe {d} Nächte | Resto {d} notti
My suitcase is heavy | Ma valise est lourde | Mi maleta es pesada | Mein Koffer ist schwer | La mia valigia è pesante
Where are the toilets? | Où sont les toilettes ? | ¿Dónde está el baño? | Wo ist die Toilette? | Dov’è il bagno?
Turn left, then go straight on | Tournez à gauche, puis tout droit | Gire a la izquierda y siga recto | Biegen Sie links ab, dann geradeaus | Giri a sinistra e poi vada dritto
I am lost | Je suis perdu | Estoy perdido | Ich habe mich verlaufen | Mi sono perso
Can I pay by card? | Puis-je payer par carte ? | ¿Puedo pagar con tarjeta? | Kann ich mit Karte zahlen? | Posso pagare con la carta?
That is too expensive | C’est trop cher | Es demasiado caro | Das ist zu teuer | È troppo caro
I have only {d} euros left | Il ne me reste que {d} euros | Solo me quedan {d} euros | Ich habe nur noch {d} Euro | Mi restano solo {d} euro
The soup is too hot | La soupe est trop chaude | La sopa está demasiado caliente | Die Suppe ist zu heiß | La zuppa è troppo calda
I do not eat meat | Je ne mange pas de viande | No como carne | Ich esse kein Fleisch | Non mangio carne
A table for {d} people, please | Une table pour {d} personnes, s’il vous plaît | Una mesa para {d} personas, por favor | Einen Tisch für {d} Personen, bitte | Un tavolo per {d} persone, per favore
Enjoy your meal | Bon appétit | Buen provecho | Guten Appetit | Buon appetito
The wine is very good | Le vin est très bon | El vino es muy bueno | Der Wein ist sehr gut | Il vino è molto buono
I need a doctor | J’ai besoin d’un médecin | Necesito un médico | Ich brauche einen Arzt | Ho bisogno di un medico
My head hurts | J’ai mal à la tête | Me duele la cabeza | Ich habe Kopfschmerzen | Mi fa male la testa
{n} is ill today | {n} est malade aujourd’hui | {n} está enfermo hoy | {n} ist heute krank | {n} è malato oggi
Get well soon | Bon rétablissement | Que te mejores | Gute Besserung | Guarisci presto
Call the police | Appelez la police | Llame a la policía | Rufen Sie die Polizei | Chiami la polizia
Excuse me, {n} | Excusez-moi, {n} | Perdone, {n} | Entschuldigung, {n} | Mi scusi, {n}
I am sorry | Je suis désolé | Lo siento | Es tut mir leid | Mi dispiace
It does not matter | Ce n’est pas grave | No importa | Das macht nichts | Non importa
Congratulations, {n} | Félicitations, {n} | Felicidades, {n} | Herzlichen Glückwunsch, {n} | Congratulazioni, {n}
Speak more slowly, please | Parlez plus lentement, s’il vous plaît | Hable más despacio, por favor | Sprechen Sie bitte langsamer | Parli più piano, per favore
What does this word mean? | Que veut dire ce mot ? | ¿Qué significa esta palabra? | Was bedeutet dieses Wort? | Che cosa significa questa parola?
I am learning a new language | J’apprends une nouvelle langue | Aprendo un idioma nuevo | Ich lerne eine neue Sprache | Imparo una nuova lingua
{n} speaks four languages | {n} parle quatre langues | {n} habla cuatro idiomas | {n} spricht vier Sprachen | {n} parla quattro lingue
My room number is {d} | Le numéro de ma chambre est {d} | El número de mi habitación es {d} | Meine Zimmernummer ist {d} | Il mio numero di camera è {d}
Please write to {n} | Écrivez à {n}, s’il vous plaît | Escriba a {n}, por favor | Bitte schreiben Sie an {n} | Scriva a {n}, per favore
The letter has arrived | La lettre est arrivée | La carta ha llegado | Der Brief ist angekommen | La lettera è arrivata
The file is empty | Le fichier est vide | El archivo está vacío | Die Datei ist leer | Il file è vuoto
The computer is new | L’ordinateur est neuf | El ordenador es nuevo | Der Computer ist neu | Il computer è nuovo
The password is wrong | Le mot de passe est faux | La contraseña es incorrecta | Das Passwort ist falsch | La password è sbagliata
The model answers quickly | Le modèle répond vite | El modelo responde rápido | Das Modell antwortet schnell | Il modello risponde in fretta
The work is done | Le travail est fait | El trabajo está hecho | Die Arbeit ist getan | Il lavoro è fatto
{n} starts a new job {w} | {n} commence un nouveau travail {w} | {n} empieza un trabajo nuevo {w} | {n} fängt {w} eine neue Arbeit an | {n} comincia un nuovo lavoro {w}
The office is in {c} | Le bureau est à {c} | La oficina está en {c} | Das Büro ist in {c} | L’ufficio è a {c}
We have {d} customers in {c} | Nous avons {d} clients à {c} | Tenemos {d} clientes en {c} | Wir haben {d} Kunden in {c} | Abbiamo {d} clienti a {c}
Send {d} boxes to {c} | Envoyez {d} cartons à {c} | Envíe {d} cajas a {c} | Schicken Sie {d} Kartons nach {c} | Mandi {d} scatole a {c}
The order is ready | La commande est prête | El pedido está listo | Die Bestellung ist fertig | L’ordine è pronto
The contract ends in {d} days | Le contrat finit dans {d} jours | El contrato termina en {d} días | Der Vertrag endet in {d} Tagen | Il contratto finisce tra {d} giorni
I will call you back {w} | Je vous rappelle {w} | Le vuelvo a llamar {w} | Ich rufe Sie {w} zurück | La richiamo {w}
The sun is shining | Le soleil brille | Brilla el sol | Die Sonne scheint | Il sole splende
It is snowing in {c} | Il neige à {c} | Nieva en {c} | In {c} schneit es | Nevica a {c}
It is very cold today | Il fait très froid aujourd’hui | Hoy hace mucho frío | Heute ist es sehr kalt | Oggi fa molto freddo
Spring is my favourite season | Le printemps est ma saison préférée | La primavera es mi estación favorita | Der Frühling ist meine liebste Jahreszeit | La primavera è la mia stagione preferita
The dog runs fast | Le chien court vite | El perro corre rápido | Der Hund läuft schnell | Il cane corre veloce
The bird sings in the tree | L’oiseau chante dans l’arbre | El pájaro canta en el árbol | Der Vogel singt im Baum | L’uccello canta sull’albero
The flowers are red and yellow | Les fleurs sont rouges et jaunes | Las flores son rojas y amarillas | Die Blumen sind rot und gelb | I fiori sono rossi e gialli
The street is long and quiet | La rue est longue et calme | La calle es larga y tranquila | Die Straße ist lang und ruhig | La strada è lunga e tranquilla
My mother reads a newspaper | Ma mère lit un journal | Mi madre lee un periódico | Meine Mutter liest eine Zeitung | Mia madre legge un giornale
{n} plays the piano {p} | {n} joue du piano {p} | {n} toca el piano {p} | {n} spielt {p} Klavier | {n} suona il piano {p}
I like this song | J’aime cette chanson | Me gusta esta canción | Ich mag dieses Lied | Mi piace questa canzone
We watched a good film | Nous avons vu un bon film | Vimos una buena película | Wir haben einen guten Film gesehen | Abbiamo visto un bel film
The museum is closed {w} | Le musée est fermé {w} | El museo está cerrado {w} | Das Museum ist {w} geschlossen | Il museo è chiuso {w}
I forgot my umbrella {p} | J’ai oublié mon parapluie {p} | Olvidé mi paraguas {p} | Ich habe meinen Schirm {p} vergessen | Ho dimenticato l’ombrello {p}
{n} bought {d} eggs | {n} a acheté {d} œufs | {n} compró {d} huevos | {n} hat {d} Eier gekauft | {n} ha comprato {d} uova
The lesson lasts {d} minutes | La leçon dure {d} minutes | La clase dura {d} minutos | Die Stunde dauert {d} Minuten | La lezione dura {d} minuti
Who is {n}? | Qui est {n} ? | ¿Quién es {n}? | Wer ist {n}? | Chi è {n}?
Where does {n} live? | Où habite {n} ? | ¿Dónde vive {n}? | Wo wohnt {n}? | Dove abita {n}?
Why are you sad? | Pourquoi es-tu triste ? | ¿Por qué estás triste? | Warum bist du traurig? | Perché sei triste?
I do not know yet | Je ne sais pas encore | Todavía no lo sé | Ich weiß es noch nicht | Non lo so ancora
`);
