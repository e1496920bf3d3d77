import { languages, type Language, type Message, type Sample } from "../sample.ts";
import { fact, factAsks, filler, languageNames, notInText, translateAsks, valueOnly } from "../text/passages.ts";
import { plainWords } from "../text/names.ts";
import { phrasebook, phraseSlots, type Phrase } from "../text/phrasebook.ts";
import { roles } from "../text/roles.ts";
import { company, inventedWord, personName, value, type ValueContext } from "../values.ts";
import { turnTaker } from "./turns.ts";

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How many sentences a passage has. */
export type Length = (context: ValueContext) => number;

/** Short and long ones alike: as many between 3 and 6 sentences as between 50 and 100. */
const spread =
  (least: number, most: number): Length =>
  ({ rng }) =>
    Math.round(least * (most / least) ** rng.next());
const usual = spread(3, 85);
/** Beyond what most of training reads: some 2,000 to 8,000 pieces. */
export const far = spread(140, 520);

interface Fact {
  noun: string;
  entity: string;
  value: string;
  text: string;
}

/** As the chat hands on a file that somebody attached. */
const asFile = (context: ValueContext, text: string): string =>
  `File "${inventedWord({ ...context, pieces: undefined })}.${context.rng.pick(["txt", "pdf", "md", "docx"])}":\n${text}`;

/** Facts about people and companies among idle sentences; one of them is asked for. */
export function needleSample(context: ValueContext, lang: Language, length: Length = usual): Sample {
  const { rng, split } = context;
  const sentences = length(context);
  const learning = split === "train";
  // A long text read once serves more questions.
  const count = Math.max(1, Math.min(sentences, rng.int(1, learning ? 8 + Math.floor(sentences / 12) : 8)));
  const facts: Fact[] = [];
  const about = (noun: string, entity: string, v: string): Fact => ({
    noun,
    entity,
    value: v,
    text: fact[lang]
      .replace("{n}", capital(noun))
      .replace("{e}", entity)
      .replace("{v}", () => v),
  });
  while (facts.length < count + 1) {
    const role = rng.pick(roles);
    const entity = rng.chance(0.7) ? personName(context) : company(context);
    if (facts.some((f) => f.entity === entity || f.entity.includes(entity) || entity.includes(f.entity))) continue;
    facts.push(about(role.noun[lang], entity, String(value(role.kind, context))));
  }
  let ghost = facts.pop()!;
  // In training some have several facts told of them, so that both what and whom the question names must be looked for.
  const told = learning && rng.chance(0.4) ? rng.sample(facts, rng.int(1, facts.length)) : [];
  for (const { entity } of told) {
    const others = roles.filter((r) => !facts.some((f) => f.entity === entity && f.noun === r.noun[lang]));
    const [role, untold] = rng.sample(others, 2);
    facts.push(about(role!.noun[lang], entity, String(value(role!.kind, context))));
    if (rng.chance(0.3)) ghost = about(untold!.noun[lang], entity, "");
  }
  const lines = rng.shuffle(facts.map((f) => f.text));
  const line = (): string =>
    rng
      .pick(filler[lang])
      .replace("{a}", () => rng.pick(plainWords))
      .replace("{b}", () => rng.pick(plainWords));
  while (lines.length < sentences) lines.splice(rng.int(0, lines.length), 0, line());
  const text = lines.join(rng.chance(0.8) ? " " : "\n");
  const next = turnTaker(context, facts);
  const turn = (): { question: string; answer: string } => {
    const missing = rng.chance(0.1);
    const target = missing ? ghost : next();
    const short = rng.chance(0.5);
    const asked = capital(
      rng
        .pick(factAsks[lang])
        .replace("{n}", target.noun)
        .replace("{e}", () => target.entity),
    );
    return {
      question: asked + (short ? ` ${valueOnly[lang]}` : ""),
      answer: missing ? notInText[lang] : short ? target.value : target.text,
    };
  };
  let { question, answer } = turn();
  const file = learning && rng.chance(0.2);
  const content = file
    ? `${asFile(context, text)}\n\n${question}`
    : rng.chance(0.7)
      ? `${text}\n\n${question}`
      : `${question}\n\n${text}`;
  const messages: Message[] = [{ role: "user", content }];
  // In training one reading of the text serves several questions.
  const more = learning ? rng.int(Math.floor(facts.length / 2), facts.length + 2) : 0;
  for (let i = 0; i < more; i++) {
    messages.push({ role: "assistant", content: answer });
    ({ question, answer } = turn());
    messages.push({ role: "user", content: question });
  }
  return { skill: "needle", lang, messages, answer, trainAll: true };
}

/** Says phrases in any language, always with the same name, city, number and choices in their slots. */
function slotFiller(context: ValueContext): (phrase: Phrase, lang: Language) => string {
  const same = {
    "{n}": personName(context),
    "{c}": String(value("city", context)),
    "{d}": String(context.rng.int(2, 99)),
  };
  const chosen = Object.entries(phraseSlots).map(([slot, choices]) => [slot, context.rng.pick(choices)] as const);
  return (phrase, lang) => {
    const at = languages.indexOf(lang);
    const slots = [...Object.entries(same), ...chosen.map(([slot, words]) => [slot, words[at]!] as const)];
    return capital(slots.reduce((text, [slot, words]) => text.replace(slot, () => words), phrase[at]!));
  };
}

/** A phrase of the phrasebook in two languages, with the same names in it. */
export function phrasebookPair(
  context: ValueContext,
  from: Language,
  to: Language,
): { a: string; b: string; group: string } {
  const phrase = context.rng.pick(phrasebook);
  const fill = slotFiller(context);
  return { a: fill(phrase, from), b: fill(phrase, to), group: `phrase ${fill(phrase, "en")}` };
}

export function translateSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const phrase = rng.pick(phrasebook);
  const from = rng.pick(languages);
  const to = rng.pick(languages.filter((l) => l !== from));
  const fill = slotFiller(context);
  const ask = rng
    .pick(translateAsks[lang])
    .replace("{x}", () => fill(phrase, from))
    .replace("{l}", languageNames[lang][to]);
  return {
    skill: "translate",
    lang,
    messages: [{ role: "user", content: ask }],
    answer: fill(phrase, to),
  };
}
