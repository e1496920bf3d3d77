import type { Rng } from "./random.ts";
import { forSplit, type Split } from "./sample.ts";
import { functionWords } from "./text/function-words.ts";
import * as names from "./text/names.ts";

/** What a value means; each kind has its own grammar and, for tools, its own way of being said. */
export const kinds = [
  "name",
  "city",
  "company",
  "product",
  "quantity",
  "price",
  "date",
  "time",
  "email",
  "id",
  "phone",
  "country",
  "topic",
  "url",
] as const;
export type Kind = (typeof kinds)[number];

export interface ValueContext {
  rng: Rng;
  split: Split;
  /** Letter pieces of the vocabulary; words made of them train every embedding to be copied. */
  pieces?: readonly string[] | undefined;
}

const onsets = "b br bl c ch cr d dr f fl g gr h j k kl l m n p pr qu r s sch sh st t th tr v w z".split(" ");
const vowels = "a e i o u a e i o ai au ei ie oa ou é ö ü".split(" ");
const codas = ["", "", "", "n", "r", "l", "s", "t", "m", "ck", "nd", "x", "ng"];

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function syllables(rng: Rng, count: number): string {
  let word = "";
  for (let i = 0; i < count; i++) word += rng.pick(onsets) + rng.pick(vowels) + rng.pick(codas);
  return word;
}

const shortWords = functionWords.filter((word) => word.length < 5);

/** An invented word, lower-case: syllables, or pieces of the vocabulary put together. */
export function inventedWord({ rng, pieces }: ValueContext): string {
  if (pieces && rng.chance(0.5)) {
    // A small word takes the space before it into its piece, so a word that begins like one has other pieces after a quote.
    let word = rng.chance(0.3) ? rng.pick(shortWords) : "";
    do word += rng.pick(pieces);
    while (word.length < 4 || (word.length < 8 && rng.chance(0.4)));
    return word.toLowerCase();
  }
  return syllables(
    rng,
    rng.weighted([
      [1, 1],
      [2, 4],
      [3, 1],
    ]),
  );
}

function properName(context: ValueContext): string {
  const { rng, pieces } = context;
  if (pieces && rng.chance(0.5)) {
    let word = rng.pick(pieces);
    while (word.length < 3 || (word.length < 8 && rng.chance(0.5))) word += rng.pick(pieces).toLowerCase();
    return capital(word);
  }
  return capital(inventedWord(context));
}

/** Half of all entities in training are invented, so that copying is learnt instead of the list. */
function entity(context: ValueContext, real: readonly string[]): string {
  return context.split === "train" && context.rng.chance(0.5)
    ? properName(context)
    : context.rng.pick(forSplit(real, context.split));
}

const digits = (rng: Rng, count: number): string => Array.from({ length: count }, () => rng.int(0, 9)).join("");
const letters = (rng: Rng, count: number): string =>
  Array.from({ length: count }, () => "ABCDEFGHJKLMNPQRSTUVWXYZ".charAt(rng.int(0, 23))).join("");
const two = (n: number): string => String(n).padStart(2, "0");
const ascii = (text: string): string => text.normalize("NFD").replace(/[^\w]/g, "").toLowerCase();

export function personName(context: ValueContext): string {
  const first = entity(context, names.firstNames);
  return context.rng.chance(0.3) ? first : `${first} ${entity(context, names.lastNames)}`;
}

export function company(context: ValueContext): string {
  const { rng } = context;
  const head = rng.chance(0.5) ? properName(context) : rng.pick(forSplit(names.companyWords, context.split));
  return head + (rng.chance(0.2) ? " " + properName(context) : "") + " " + rng.pick(names.companyEnds);
}

export function product(context: ValueContext): string {
  const { rng } = context;
  if (context.split === "train" && rng.chance(0.35)) return `${inventedWord(context)} ${inventedWord(context)}`;
  const item = rng.pick(forSplit(names.productWords, context.split));
  return rng.chance(0.3) ? `${rng.pick(names.adjectives)} ${item}` : item;
}

export function identifier(rng: Rng): string {
  return rng.pick([
    () => `${letters(rng, 2)}-${digits(rng, rng.int(3, 5))}`,
    () => `${letters(rng, 1)}${digits(rng, rng.int(3, 6))}`,
    () => digits(rng, rng.int(4, 8)),
    () => `${letters(rng, 3)}-${digits(rng, 4)}-${letters(rng, 1)}`,
    () => `T${digits(rng, 4)}`,
    () => `#${digits(rng, rng.int(3, 5))}`,
  ])();
}

/** A value of the kind, as it stands in the answer; numbers are numbers. */
export function value(kind: Kind, context: ValueContext): string | number {
  const { rng } = context;
  switch (kind) {
    case "name":
      return personName(context);
    case "city":
      return entity(context, names.cities);
    case "country":
      return entity(context, names.countries);
    case "company":
      return company(context);
    case "product":
      return product(context);
    case "quantity":
      return rng.weighted([
        [rng.int(1, 9), 3],
        [rng.int(10, 99), 3],
        [rng.int(100, 9999), 1],
      ]);
    case "price":
      return rng.chance(0.5) ? rng.int(1, 999) : Number(`${rng.int(0, 999)}.${two(rng.int(1, 99))}`);
    case "date":
      return `${rng.int(2018, 2031)}-${two(rng.int(1, 12))}-${two(rng.int(1, 28))}`;
    case "time":
      return `${two(rng.int(0, 23))}:${two(rng.int(0, 59))}`;
    case "email":
      return `${ascii(entity(context, names.firstNames))}${rng.pick([".", "_", ""])}${ascii(entity(context, names.lastNames))}@${ascii(rng.chance(0.5) ? properName(context) : rng.pick(names.companyWords))}.${rng.pick(["com", "fr", "de", "io", "es", "it", "org", "net"])}`;
    case "id":
      return identifier(rng);
    case "phone":
      return `+${rng.int(1, 99)} ${digits(rng, 3)} ${digits(rng, rng.int(3, 4))} ${digits(rng, rng.int(2, 3))}`;
    case "topic":
      return rng.chance(0.5)
        ? inventedWord(context)
        : rng.pick(forSplit(names.plainWords, context.split)).toLowerCase();
    case "url":
      return `https://${ascii(properName(context))}.${rng.pick(["com", "org", "io"])}/${inventedWord({ ...context, pieces: undefined }).replace(/[^\w]/g, "e")}`;
  }
}
