import type { Language } from "../sample.ts";

/** Small words of the five languages: the only ones that take the space before them into their piece. */
const byLanguage = `
a an the and or but not no yes of to in on at by for from with about into over after before between as than then if when where what which who why how this that these those it its is are was be been have has had do does did can could will would should may must my your our their his her me you we they them us i am all any some each more most very only also please thank here there just out up one two first new use using tell need want get name number date send
le la les un une des du de et ou mais ne pas non oui à au aux en dans sur sous par pour avec sans chez vers est sont été être ai a avez ont fait faire que qui quoi quel quelle où quand comment pourquoi ce cet cette ces il elle on nous vous ils mon ma mes ton ta tes son sa ses votre vos notre leur je tu me te se y plus très aussi si comme tout tous merci
el los las una unos unas del y o pero sí al con sin por para según es son ser estar está ha han hay que quien qué cuál cuándo dónde cómo porque este esta estos ese esa lo su sus mi mis tu tus nos se le les yo más muy también si como todo todos gracias favor
der die das den dem des ein eine einen einem einer und oder aber nicht kein keine ja nein zu zum zur im am an auf aus bei bis durch für gegen mit nach ohne über um unter von vor ist sind war sein hat haben wird werden kann können muss soll will ich du er sie es wir ihr mich dir mir uns ihnen mein meine dein sein ihre ihren was wer wie wo wann warum welche welcher dass wenn als auch nur noch sehr mehr alle bitte danke
il lo gli i uno e ed o ma non né di da in con su per tra fra del della dello dei degli delle al alla allo nel nella sul sulla è sono ho hai hanno essere che chi cosa quale quando dove come perché questo questa questi quello mio mia tuo tua suo sua nostro vostro vostra ci vi si mi ti ne più molto anche se tutto tutti grazie
`
  .trim()
  .split("\n")
  .map((line) => line.split(/\s+/));

export const functionWords: readonly string[] = [...new Set(byLanguage.flat())];

/** The small words of each language: whose are most frequent tells the language of a text. */
export const functionWordsOf: ReadonlyMap<Language, ReadonlySet<string>> = new Map(
  (["en", "fr", "es", "de", "it"] as const).map((lang, i) => [lang, new Set(byLanguage[i])]),
);

/** JSON that every tool definition repeats: [left, right] joins in order, each making one piece. The intermediate pieces are ones no value can be cut by. */
export const boilerplate: readonly (readonly [string, string])[] = [
  ["function", '",▁"'],
  ['function",▁"', "function"],
  ['function",▁"function', '":▁{"'],
  ['function",▁"function":▁{"', "name"],
  ['function",▁"function":▁{"name', '":▁"'],
  ['":▁"', 'function",▁"function":▁{"name":▁"'],
  ["type", '":▁"function",▁"function":▁{"name":▁"'],
  ["properties", '":▁{"'],
  ['",▁"', 'properties":▁{"'],
  ["object", '",▁"properties":▁{"'],
  ['":▁"', 'object",▁"properties":▁{"'],
  ["type", '":▁"object",▁"properties":▁{"'],
  ['":▁{"', 'type":▁"object",▁"properties":▁{"'],
  ["parameters", '":▁{"type":▁"object",▁"properties":▁{"'],
  ['",▁"', 'parameters":▁{"type":▁"object",▁"properties":▁{"'],
  ['":▁"', "string"],
  ['":▁"', "integer"],
  ['":▁"', "number"],
  ["type", '":▁"string'],
  ["type", '":▁"integer'],
  ["type", '":▁"number'],
  ['":▁{"', 'type":▁"string'],
  ['":▁{"', 'type":▁"integer'],
  ['":▁{"', 'type":▁"number'],
  ["description", '":▁"'],
  ['",▁"', 'description":▁"'],
  ["required", '":▁["'],
  ['"}},▁"', 'required":▁["'],
  ['},▁"', 'required":▁["'],
  ["arguments", '":▁{"'],
  ['",▁"', 'arguments":▁{"'],
];
