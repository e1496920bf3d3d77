import { toJson } from "../json.ts";
import type { Language, Message, Sample, ToolDefinition } from "../sample.ts";
import { things, type Thing } from "../text/actions.ts";
import { askBack, is } from "../text/phrases.ts";
import { inventedWord, value, type Kind, type ValueContext } from "../values.ts";
import { styled } from "./request.ts";
import { callId, said, withSystem } from "./tools.ts";

/** What can be known about a thing: in code, in the five languages with its article, and what its values look like. */
interface Attribute {
  code: string;
  noun: Record<Language, string>;
  kind: Kind | readonly string[];
}
const attribute = (code: string, nouns: string, kind: Attribute["kind"]): Attribute => {
  const [en, fr, es, de, it] = nouns.split("|") as [string, string, string, string, string];
  return { code, noun: { en, fr, es, de, it }, kind };
};
const states = [
  "Paid",
  "Unpaid",
  "Pending",
  "open",
  "closed",
  "shipped",
  "delivered",
  "cancelled",
  "active",
  "confirmed",
];
const attributes: readonly Attribute[] = [
  attribute("status", "the status|le statut|el estado|den Status|lo stato", states),
  attribute("state", "the state|l'état|la situación|den Zustand|la situazione", states),
  attribute("date", "the date|la date|la fecha|das Datum|la data", "date"),
  attribute("amount", "the amount|le montant|el importe|den Betrag|l'importo", "price"),
  attribute("price", "the price|le prix|el precio|den Preis|il prezzo", "price"),
  attribute("owner", "the owner|le propriétaire|el dueño|den Besitzer|il proprietario", "name"),
  attribute("place", "the place|le lieu|el lugar|den Ort|il luogo", "city"),
  attribute("number", "the number|le numéro|el número|die Nummer|il numero", "id"),
];

const join = (lang: Language, noun: string, thing: string): string =>
  ({
    en: `${noun} of ${thing}`,
    fr: `${noun} de ${thing}`.replace(/ de le /, " du ").replace(/ de les /, " des "),
    es: `${noun} de ${thing}`.replace(/ de el /, " del "),
    de: `${noun} für ${thing}`,
    it: `${noun} per ${thing}`,
  })[lang];

const known: Record<Language, readonly string[]> = {
  en: ["What's {}?", "What is {}?", "Tell me {}", "Please get {}.", "I would like to know {}", "Can you check {}?"],
  fr: ["Quel est {} ?", "Donne-moi {}", "Je voudrais connaître {}.", "Peux-tu vérifier {} ?"],
  es: ["¿Cuál es {}?", "Dime {}", "Quiero saber {}.", "¿Puedes comprobar {}?"],
  de: ["Sag mir {}", "Ich möchte {} wissen.", "Kannst du {} prüfen?", "Ich brauche {}"],
  it: ["Qual è {}?", "Dimmi {}", "Vorrei sapere {}.", "Puoi controllare {}?"],
};
const handIn: Record<Language, readonly string[]> = {
  en: ["My {t} ID is {v}.", "The {t} ID is {v}", "It is {v}.", "{v}"],
  fr: ["C'est {v}.", "Le numéro est {v}.", "{v}"],
  es: ["Es {v}.", "El número es {v}.", "{v}"],
  de: ["Es ist {v}.", "Die Nummer ist {v}.", "{v}"],
  it: ["È {v}.", "Il numero è {v}.", "{v}"],
};
const idNoun: Record<Language, string> = {
  en: "the ID",
  fr: "le numéro",
  es: "el número",
  de: "die Nummer",
  it: "il numero",
};
const nominative = (noun: string): string => noun.replace(/^den /, "der ");
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the official client's example asks about belongs to the tests alone. */
const subjects = things.filter(({ code }) => !/payment|transaction/.test(code) && !code.includes("_"));

function offer(
  context: ValueContext,
  thing: Thing,
  chosen: readonly Attribute[],
): { names: string[]; field: string; tools: ToolDefinition[] } {
  const { rng } = context;
  const verb = rng.pick(["get", "fetch", "retrieve", "read", "check", "find"]);
  const style = rng.int(0, 2);
  const code = thing.code;
  const field = rng.pick([`${code}_id`, `${code}Id`, "id", "reference", `${code}_number`]);
  const about = rng.pick([`The ${code} id.`, `The id of the ${code}`, "Identifier", `${capital(code)} number`]);
  const names = chosen.map((a) => {
    const words = [verb, code, a.code];
    if (style === 0) return words.join("_");
    if (style === 1) return words.map((w, i) => (i === 0 ? w : capital(w))).join("");
    return styled(rng, [verb, a.code]);
  });
  const lead = rng.pick(["Get", "Get the", "Returns the", "Look up the"]);
  const tools = chosen.map((a, i): ToolDefinition => ({
    type: "function",
    function: {
      name: names[i]!,
      description: `${lead} ${rng.chance(0.5) ? `${code} ${a.code}` : a.code} of ${rng.pick([`a ${code} id`, `the ${code}`, `a ${code}`])}`,
      parameters: {
        type: "object",
        ...(rng.chance(0.5) ? { required: [field] } : {}),
        properties: { [field]: { type: "string", description: about } },
      },
    },
  }));
  return { names, field, tools };
}

/**
 * A whole conversation about one thing: a question, a question back, the number, a call of one of several like tools, its
 * result, and the answer that repeats the result. It is cut off at any of the assistant's turns.
 */
export function dialogueSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const thing = rng.pick(subjects);
  const chosen = rng
    .sample(attributes, rng.int(1, 4))
    .filter((a, _, all) => a.code !== "state" || !all.some((b) => b.code === "status"));
  const { names, field, tools } = offer(context, thing, chosen);
  const at = rng.int(0, chosen.length - 1);
  const target = chosen[at]!;
  const id = rng.chance(0.7)
    ? String(value("id", context))
    : rng.pick(["T", "C", "A", "R", "X"]) + String(rng.int(100, 99999));
  const object = lang === "en" ? thing.say.en.replace("the ", rng.pick(["the ", "my ", "this "])) : thing.say[lang];
  const ask = rng.pick(known[lang]).replace("{}", () => join(lang, target.noun[lang], object));
  const messages: Message[] = [];
  const back = rng.chance(0.6);
  if (back && rng.chance(0.3))
    return {
      skill: "tools",
      lang,
      tools,
      messages: withSystem(rng, lang, [{ role: "user", content: ask }]),
      answer: askBack[lang].replace("{}", idNoun[lang]),
    };
  if (back) {
    messages.push({ role: "user", content: ask }, said(askBack[lang].replace("{}", idNoun[lang])));
    messages.push({
      role: "user",
      content: rng
        .pick(handIn[lang])
        .replace("{t}", thing.code)
        .replace("{v}", () => id),
    });
  } else messages.push({ role: "user", content: rng.chance(0.5) ? `${ask} ${id}` : `${id}: ${ask}` });
  const call = { name: names[at]!, arguments: { [field]: id } };
  const stop = rng.int(0, 2);
  if (stop === 0) return { skill: "tools", lang, tools, messages: withSystem(rng, lang, messages), answer: [call] };
  const result =
    typeof target.kind === "string"
      ? value(target.kind, context)
      : rng.chance(0.75)
        ? rng.pick(target.kind)
        : inventedWord(context);
  const key = rng.weighted([
    [target.code, 6],
    ["status", 2],
    ["result", 1],
    ["value", 1],
  ]);
  const answer = `${capital(nominative(target.noun[lang]))} ${is[lang]} ${result}.`;
  const past = callId(rng);
  messages.push({ role: "assistant", content: "", toolCalls: [{ ...call, id: past }] });
  messages.push({ role: "tool", content: toJson({ [key]: result }), callId: past });
  return { skill: "tool-result", lang, tools, messages: withSystem(rng, lang, messages), answer };
}
