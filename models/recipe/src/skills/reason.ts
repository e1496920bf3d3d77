import type { Language, Sample } from "../sample.ts";
import { answerIn, formatAsks } from "../text/format-asks.ts";
import { plainWords } from "../text/names.ts";
import { languageNames } from "../text/passages.ts";
import { forSplit, languages } from "../sample.ts";
import { inventedWord, product, value, type ValueContext } from "../values.ts";
import { faqInTwo } from "./chat.ts";

type Row = Record<Language, string>;
const row = (en: string, fr: string, es: string, de: string, it: string): Row => ({ en, fr, es, de, it });

const asks = {
  sort: row(
    "Sort alphabetically: {}",
    "Trie par ordre alphabétique : {}",
    "Ordena alfabéticamente: {}",
    "Sortiere alphabetisch: {}",
    "Ordina alfabeticamente: {}",
  ),
  sortNumbers: row(
    "Sort from small to large: {}",
    "Trie du plus petit au plus grand : {}",
    "Ordena de menor a mayor: {}",
    "Sortiere von klein nach groß: {}",
    "Ordina dal più piccolo al più grande: {}",
  ),
  count: row(
    "How many items are in this list? {}",
    "Combien d'éléments dans cette liste ? {}",
    "¿Cuántos elementos hay en esta lista? {}",
    "Wie viele Einträge hat diese Liste? {}",
    "Quanti elementi ci sono in questa lista? {}",
  ),
  most: row(
    "Which number is the largest? {}",
    "Quel nombre est le plus grand ? {}",
    "¿Qué número es el mayor? {}",
    "Welche Zahl ist die größte? {}",
    "Quale numero è il più grande? {}",
  ),
  least: row(
    "Which number is the smallest? {}",
    "Quel nombre est le plus petit ? {}",
    "¿Qué número es el menor? {}",
    "Welche Zahl ist die kleinste? {}",
    "Quale numero è il più piccolo? {}",
  ),
  first: row(
    "What is the first item? {}",
    "Quel est le premier élément ? {}",
    "¿Cuál es el primer elemento? {}",
    "Was ist der erste Eintrag? {}",
    "Qual è il primo elemento? {}",
  ),
  last: row(
    "What is the last item? {}",
    "Quel est le dernier élément ? {}",
    "¿Cuál es el último elemento? {}",
    "Was ist der letzte Eintrag? {}",
    "Qual è l'ultimo elemento? {}",
  ),
  sum: row("What is {}?", "Combien font {} ?", "¿Cuánto es {}?", "Wie viel ist {}?", "Quanto fa {}?"),
} satisfies Record<string, Row>;

export function reasonSample(context: ValueContext, lang: Language): Sample {
  const { rng, split } = context;
  const kind = rng.weighted([
    ["sort", 2],
    ["sortNumbers", 2],
    ["count", 2],
    ["most", 2],
    ["least", 1],
    ["first", 1],
    ["last", 1],
    ["sum", 5],
  ] as const);
  let content: string;
  let answer: string;
  if (kind === "sum") {
    const small = rng.chance(0.6);
    const [a, b] = [rng.int(0, small ? 9 : 99), rng.int(0, small ? 9 : 99)];
    const minus = rng.chance(0.3);
    content = minus ? `${Math.max(a, b)} - ${Math.min(a, b)}` : `${a} + ${b}`;
    answer = String(minus ? Math.abs(a - b) : a + b);
  } else {
    const numbers = kind === "sortNumbers" || kind === "most" || kind === "least";
    const count = rng.int(2, kind === "count" ? 8 : 5);
    const items = new Set<string>();
    while (items.size < count)
      items.add(
        numbers
          ? String(rng.int(0, rng.chance(0.5) ? 99 : 999))
          : rng.chance(0.7)
            ? rng.pick(forSplit(plainWords, split)).toLowerCase()
            : inventedWord(context),
      );
    const list = [...items];
    const sorted = [...list].sort((a, b) => (numbers ? Number(a) - Number(b) : a.localeCompare(b)));
    content = list.join(", ");
    answer = {
      sort: sorted.join(", "),
      sortNumbers: sorted.join(", "),
      count: String(count),
      most: sorted[sorted.length - 1]!,
      least: sorted[0]!,
      first: list[0]!,
      last: list[list.length - 1]!,
    }[kind];
  }
  return {
    skill: "reason",
    lang,
    messages: [{ role: "user", content: asks[kind][lang].replace("{}", () => content) }],
    answer,
  };
}

const formats: Record<keyof typeof formatAsks, (words: readonly string[]) => string> = {
  upper: (w) => w.join(", ").toUpperCase(),
  bullets: (w) => w.map((x) => `- ${x}`).join("\n"),
  numbered: (w) => w.map((x, i) => `${i + 1}. ${x}`).join("\n"),
  array: (w) => `[${w.map((x) => JSON.stringify(x)).join(", ")}]`,
  lines: (w) => w.join("\n"),
  semicolons: (w) => w.join("; "),
  reverse: (w) => [...w].reverse().join(", "),
};
const formatNames = Object.keys(formats) as (keyof typeof formats)[];

/** Instructions on form: the shape of a list, the case of letters, the language of the answer. */
export function formatSample(context: ValueContext, lang: Language): Sample {
  const { rng, split } = context;
  if (rng.chance(split === "test" ? 0.4 : 0.25)) {
    const to = rng.pick(languages);
    const exchange = faqInTwo(context, lang, to);
    const order = rng.pick(answerIn[lang]).replace("{}", languageNames[lang][to]);
    const messages: Sample["messages"] = rng.chance(0.4)
      ? [
          { role: "system", content: order },
          { role: "user", content: exchange.ask },
        ]
      : [{ role: "user", content: rng.chance(0.5) ? `${exchange.ask} ${order}` : `${order} ${exchange.ask}` }];
    return { skill: "format", lang, messages, answer: exchange.answer };
  }
  const words: string[] = [];
  // Capitals and the order reversed are the hardest to learn of all forms: a few words at a time, and more often.
  const hard = split === "train" && rng.chance(0.35) ? rng.pick(["upper", "reverse"] as const) : undefined;
  const count = hard === "upper" ? rng.int(1, 3) : hard ? rng.int(2, 4) : rng.int(2, split === "test" ? 5 : 6);
  while (words.length < count) {
    // What comes twice must be told apart by its place.
    if (split === "train" && words.length > 0 && rng.chance(0.08)) {
      words.push(rng.pick(words));
      continue;
    }
    words.push(
      rng.weighted([
        [rng.pick(forSplit(plainWords, context.split)).toLowerCase(), 4],
        [inventedWord(context), 3],
        [product(context), 1],
        [String(value("city", context)), 1],
      ]),
    );
  }
  const format = hard ?? rng.pick(formatNames);
  const ask = rng.pick(formatAsks[format][lang]);
  return {
    skill: "format",
    lang,
    messages: [{ role: "user", content: ask.replace("{}", () => words.join(", ")) }],
    answer: formats[format](words),
  };
}
