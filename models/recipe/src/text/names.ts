/** A list written as one text: "one|two|three". */
export const words = (text: string): readonly string[] => text.trim().split(/\s*\|\s*/);

// Real names, written down by hand; a hash decides which ones stay out of training.

export const firstNames = words(
  `Anna|Marie|Paul|Lucas|Emma|Louis|Hugo|Léa|Chloé|Jules|Camille|Nina|Sofia|Mateo|Lucía|Pablo|Carmen|Diego|Elena|Javier|Inés|Marta|Carlos|Ana|Luis|Hans|Greta|Jonas|Lena|Felix|Klara|Otto|Frieda|Max|Sophie|Karl|Ute|Jürgen|Björn|Heike|Giulia|Marco|Luca|Chiara|Paolo|Francesca|Matteo|Alessia|Davide|Elisa|Giorgio|Bianca|James|Oliver|Emily|Grace|Jack|Alice|Henry|Ruby|Thomas|Margaret|William|Lucy|George|Noah|Liam|Ava|Mia|Ethan|Zoe|Oscar|Ivan|Olga|Natasha|Dmitri|Aisha|Omar|Fatima|Yusuf|Layla|Kwame|Amara|Chidi|Ngozi|Priya|Raj|Ananya|Arjun|Mei|Wei|Yuki|Hiro|Kenji|Sakura|Min|Jin|Linh|Ingrid|Lars|Astrid|Erik|Freya|Sven|Aino|Mikko|Zofia|Piotr|Ewa|Tomasz|Eszter|László|Nikos|Eleni|João|Beatriz|Rui|Catarina|Alan|Brigitte|Daniel|Sarah|David|Laura|Robert|Julia|Peter|Hannah|Simon|Clara|Martin|Eva|Frank|Nora|Leo|Ida|Victor|Rosa|Adam|Irene|Samuel|Ruth|Tim|Vera|Michael|John|Mary|Susan|Karen|Steve|Bob|Linda|Richard|Patricia|Charles|Barbara|Edward|Helen`,
);
export const lastNames = words(
  `Dubois|Martin|Bernard|Petit|Moreau|Laurent|Lefebvre|Roux|Fournier|Girard|Mercier|Blanc|Garnier|Chevalier|García|Martínez|López|Hernández|Vargas|Torres|Ruiz|Navarro|Castro|Romero|Ortega|Delgado|Müller|Schmidt|Schneider|Fischer|Weber|Wagner|Becker|Hoffmann|Schulz|Koch|Richter|Klein|Wolf|Neumann|Braun|Krüger|Rossi|Russo|Ferrari|Esposito|Bianchi|Romano|Colombo|Ricci|Marino|Greco|Conti|Costa|Smith|Jones|Taylor|Brown|Williams|Wilson|Thompson|Walker|White|Green|Hall|Wood|Clarke|Hughes|Edwards|Turner|Parker|Cooper|Whitfield|Larsen|Hansen|Nilsson|Virtanen|Nowak|Kowalski|Nagy|Novak|Popescu|Ivanov|Petrov|Papadopoulos|Silva|Santos|Pereira|Mensah|Okafor|Diallo|Traoré|Zahra|Haddad|Khan|Patel|Sharma|Singh|Raman|Tanaka|Sato|Suzuki|Kim|Park|Nguyen|Tran|Chen|Wang|Li|Johnson|Miller|Davis|Moore|Anderson|Jackson|Harris|Lewis|Young|King|Wright|Scott|Hill|Adams|Baker|Nelson|Carter|Mitchell|Roberts|Phillips|Campbell|Evans|Morris|Rogers|Reed|Cook|Morgan|Bell|Murphy|Bailey|Rivera|Cox|Howard|Ward|Gray|Watson|Brooks|Kelly|Sanders|Price|Bennett|Ross|Henderson|Coleman|Jenkins|Perry|Powell|Long|Foster|Simmons`,
);
export const cities = words(
  `Paris|Lyon|Marseille|Toulouse|Nice|Nantes|Lille|Bordeaux|Rennes|Grenoble|Dijon|Strasbourg|Montpellier|Madrid|Barcelona|Valencia|Seville|Bilbao|Granada|Zaragoza|Malaga|Toledo|Berlin|Hamburg|Munich|Cologne|Frankfurt|Stuttgart|Leipzig|Dresden|Bremen|Hannover|Rome|Milan|Naples|Turin|Palermo|Bologna|Florence|Venice|Verona|Genoa|London|Manchester|Bristol|Leeds|Liverpool|Edinburgh|Glasgow|Cardiff|Belfast|Dublin|Cork|Oxford|Cambridge|Lisbon|Porto|Brussels|Antwerp|Ghent|Amsterdam|Rotterdam|Utrecht|Vienna|Graz|Salzburg|Zurich|Geneva|Basel|Bern|Copenhagen|Oslo|Bergen|Stockholm|Helsinki|Warsaw|Krakow|Prague|Brno|Budapest|Athens|Sofia|Bucharest|Zagreb|Istanbul|Cairo|Tunis|Casablanca|Dakar|Lagos|Accra|Nairobi|Kigali|Johannesburg|Dubai|Mumbai|Delhi|Chennai|Bangkok|Hanoi|Singapore|Jakarta|Manila|Tokyo|Osaka|Kyoto|Seoul|Beijing|Shanghai|Sydney|Melbourne|Auckland|Toronto|Montreal|Vancouver|Boston|Chicago|Denver|Dallas|Austin|Seattle|Houston|Miami|Atlanta|Phoenix|Portland|Detroit|San Francisco|New York|Los Angeles|Mexico City|Bogota|Lima|Quito|Santiago|Buenos Aires|Montevideo|Havana|Reykjavik|Tallinn|Riga|Vilnius`,
);
export const countries = words(
  `France|Spain|Germany|Italy|Portugal|Belgium|Switzerland|Austria|Norway|Sweden|Denmark|Finland|Poland|Ireland|Greece|Turkey|Egypt|Morocco|Tunisia|Kenya|Ghana|Nigeria|Senegal|India|China|Japan|Korea|Vietnam|Thailand|Indonesia|Australia|Canada|Mexico|Brazil|Chile|Peru|Argentina|Colombia|Cuba|Iceland|Estonia|Latvia|Croatia|Hungary|Romania|Bulgaria`,
);
export const companyWords = words(
  `North|Blue|Green|Silver|Iron|Stone|River|Lake|Forest|Sun|Moon|Star|Cloud|Wind|Ocean|Mountain|Granite|Cedar|Maple|Pine|Falcon|Eagle|Tiger|Lion|Delta|Alpha|Omega|Nova|Terra|Aqua|Vita|Casa|Porta|Luna|Nord|Licht|Bright|Swift|Clear|Prime|Global|Urban|Metro|Digital|Atlas|Orion|Apex|Zenith|Vertex|Pixel|Quantum|Crystal|Copper|Golden`,
);
export const companyEnds = words(
  `Systems|Labs|Foods|Bank|Group|Media|Energy|Motors|Airlines|Press|Design|Software|Partners|Logistics|Trading|Studio|Tools|Health|Travel|Insurance|GmbH|SARL|SA|SpA|Ltd|Inc|AG|Works|Solutions|Networks|Books|Garden|Coffee|Textiles|Optics`,
);
export const productWords = words(
  `desk lamp|office chair|espresso machine|hiking boots|gas heater|violin strings|paper shredder|garden hose|kitchen knife|coffee grinder|water bottle|laptop stand|phone case|wool blanket|rain jacket|running shoes|leather wallet|wooden table|glass vase|steel pan|travel bag|yoga mat|tea pot|wall clock|mirror|keyboard|monitor|mouse|printer|camera|headphones|speaker|tablet|charger|cable|router|backpack|umbrella|bicycle|helmet|tent|sleeping bag|candle|pillow|carpet|sofa|bookshelf|drill|hammer|ladder|toaster|kettle|blender|fridge|oven|vacuum cleaner|fan|guitar|piano|drum|notebook|pencil|scissors|stapler`,
);
export const adjectives = words(
  `red|blue|green|black|white|small|large|old|new|light|heavy|cheap|fast|quiet|simple|round|long|short|warm|cold|silver|yellow`,
);
export const months: Record<string, readonly string[]> = {
  en: words("January|February|March|April|May|June|July|August|September|October|November|December"),
  fr: words("janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"),
  es: words("enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"),
  de: words("Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"),
  it: words("gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"),
};
/** Plain lower-case words of the five languages, for notes, lists, passages and copy drills. */
export const plainWords = words(
  `apple|river|stone|garden|window|bread|cloud|table|horse|paper|house|street|summer|winter|music|letter|bridge|mountain|flower|kitchen|silver|market|school|doctor|friend|water|night|morning|forest|island|coffee|sugar|train|ship|road|light|dream|story|picture|number|pomme|rivière|pierre|jardin|fenêtre|pain|nuage|cheval|papier|maison|rue|été|hiver|musique|lettre|pont|montagne|fleur|cuisine|argent|marché|école|médecin|ami|eau|nuit|matin|forêt|île|sucre|bateau|lumière|rêve|histoire|image|manzana|río|piedra|jardín|ventana|pan|nube|caballo|papel|casa|calle|verano|invierno|música|carta|puente|montaña|flor|cocina|plata|mercado|escuela|médico|amigo|agua|noche|mañana|bosque|isla|azúcar|barco|camino|luz|sueño|historia|imagen|Apfel|Fluss|Stein|Garten|Fenster|Brot|Wolke|Pferd|Papier|Haus|Straße|Sommer|Winter|Musik|Brief|Brücke|Berg|Blume|Küche|Silber|Markt|Schule|Arzt|Freund|Wasser|Nacht|Morgen|Wald|Insel|Zucker|Zug|Schiff|Weg|Licht|Traum|Bild|Zahl|mela|fiume|pietra|giardino|finestra|pane|nuvola|cavallo|carta|strada|estate|inverno|lettera|ponte|montagna|fiore|cucina|argento|mercato|scuola|medico|amico|acqua|notte|mattina|bosco|isola|zucchero|treno|nave|luce|sogno|storia|numero|server|model|token|request|answer|question|project|budget|team|order|price|stock|delivery|contract|report|meeting`,
);
