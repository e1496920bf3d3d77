import type { Rng } from "../random.ts";
import { forSplit, isHeldOut, type Language, type ToolDefinition } from "../sample.ts";
import { fillers, leads, questions, things, verbs, type Thing, type Verb } from "../text/actions.ts";
import { roles, type Role } from "../text/roles.ts";
import { inventedWord, value, type ValueContext } from "../values.ts";

export interface Parameter {
  field: string;
  role: Role;
  required: boolean;
  options?: readonly string[];
}

/** A tool as the generator knows it: what it does, under which names. */
export interface Tool {
  name: string;
  verb: Verb;
  thing: Thing;
  parameters: Parameter[];
}

const optionSets: readonly (readonly string[])[] = [
  ["celsius", "fahrenheit"],
  ["small", "medium", "large"],
  ["economy", "business", "first"],
  ["low", "normal", "high"],
  ["EUR", "USD", "GBP", "CHF"],
  ["pdf", "csv", "json", "txt"],
  ["red", "green", "blue"],
  ["daily", "weekly", "monthly"],
  ["standard", "express"],
  ["cash", "card", "transfer"],
  ["open", "closed", "pending"],
];
const optionFields = [
  "unit",
  "size",
  "class",
  "priority",
  "currency",
  "format",
  "color",
  "frequency",
  "mode",
  "method",
  "state",
  "type",
  "kind",
  "option",
  "level",
];
const optionRole: Role = {
  kind: "topic",
  fields: optionFields,
  describe: ["One of the listed values", "The option", "Which kind", "Chosen value"],
  noun: { en: "the option", fr: "l'option", es: "la opción", de: "die Option", it: "l'opzione" },
  say: {
    en: ["{}", "in {}", "with {}", "as {}"],
    fr: ["{}", "en {}", "avec {}", "option {}"],
    es: ["{}", "en {}", "con {}", "opción {}"],
    de: ["{}", "in {}", "mit {}", "als {}"],
    it: ["{}", "in {}", "con {}", "opzione {}"],
  },
};

const camel = (words: readonly string[]): string =>
  words.map((w, i) => (i === 0 ? w : w.charAt(0).toUpperCase() + w.slice(1))).join("");

/** A name in one of the usual code styles. */
export function styled(rng: Rng, words: readonly string[]): string {
  const parts = words.flatMap((w) => w.split(/[_ ]/));
  return rng.weighted([
    [parts.join("_"), 6],
    [camel(parts), 2],
    [parts.join("-"), 1],
  ]);
}

export function inventedField(context: ValueContext): string {
  const { rng } = context;
  const words = Array.from(
    { length: rng.int(1, 2) },
    () =>
      inventedWord(context)
        .normalize("NFD")
        .replace(/[^a-zA-Z]/g, "")
        .toLowerCase() || "x",
  );
  return styled(rng, words);
}

/** An invented name half of the time, else one of the usual ones of this split. */
export function fieldName(context: ValueContext, usual: readonly string[]): string {
  return context.rng.chance(0.35) ? inventedField(context) : context.rng.pick(forSplit(usual, context.split));
}

function makeParameters(context: ValueContext): Parameter[] {
  const { rng } = context;
  const count = rng.weighted([
    [0, 1],
    [1, 6],
    [2, 6],
    [3, 3],
    [4, 1],
  ]);
  const parameters: Parameter[] = [];
  const taken = new Set<string>();
  const kinds = new Set<string>();
  for (const role of rng.shuffle(roles)) {
    if (parameters.length >= count) break;
    // Two values of one kind can only be told apart by their role when these are direction words.
    const kind = role.kind === "city" ? role.noun.en : role.kind;
    if (
      kinds.has(kind) ||
      (role.noun.en === "the city" && [...kinds].some((k) => /point|destination/.test(k))) ||
      (/point|destination/.test(role.noun.en) && kinds.has("the city"))
    )
      continue;
    const field = fieldName(context, role.fields);
    if (taken.has(field)) continue;
    taken.add(field);
    kinds.add(kind);
    parameters.push({ field, role, required: rng.chance(0.75) });
  }
  if (rng.chance(0.2)) {
    const field = fieldName(context, optionFields);
    const options = rng.chance(0.7)
      ? rng.pick(forSplit(optionSets, context.split, String))
      : Array.from({ length: rng.int(2, 4) }, () => inventedWord(context));
    if (!taken.has(field)) parameters.push({ field, role: optionRole, required: rng.chance(0.5), options });
  }
  return parameters;
}

/** A tool whose verb-thing pair belongs to the split: held-out pairs never occur in training. */
export function makeTool(context: ValueContext): Tool {
  const { rng, split } = context;
  for (;;) {
    const verb = rng.pick(verbs);
    const thing = rng.pick(things);
    // What the official client's example asks about is for the tests alone.
    if (split === "train" && thing.code.startsWith("payment_")) continue;
    if (isHeldOut(verb.code[0] + "/" + thing.code) !== (split === "test")) continue;
    const name = rng.chance(0.5)
      ? inventedField(context)
      : styled(rng, rng.chance(0.85) ? [rng.pick(verb.code), thing.code] : [thing.code, rng.pick(verb.code)]);
    return { name, verb, thing, parameters: makeParameters(context) };
  }
}

/** 1 to `most` tools with different names and different actions. */
export function makeTools(context: ValueContext, most: number): Tool[] {
  const count = context.rng.int(1, most);
  const tools: Tool[] = [];
  while (tools.length < count) {
    const tool = makeTool(context);
    if (!tools.some((t) => t.name === tool.name || t.thing === tool.thing)) tools.push(tool);
  }
  return tools;
}

const article = /^(the|le|la|les|l'|el|los|las|den|die|das|der|il|lo|gli|i) ?/;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The definition a client sends; descriptions are English, now and then in the user's language. */
export function define(tool: Tool, context: ValueContext, lang: Language, described?: Language): ToolDefinition {
  const { rng } = context;
  const own: Language = described ?? (rng.chance(0.85) ? "en" : lang);
  const order: "after" | "before" = own === "de" ? "after" : "before";
  const say = tool.verb.say[own][0]!;
  const object = tool.thing.say[own];
  const action = order === "after" ? `${object} ${say}` : `${say} ${object}`;
  const description = rng.weighted([
    [capital(action), 4],
    [capital(action) + ".", 4],
    [own === "en" ? `Tool to ${action}` : capital(action), 1],
    [own === "en" ? `Use this to ${action}.` : capital(action) + ".", 1],
    [own === "en" ? `${capital(say)} ${object.replace(article, "a ")}` : capital(action), 2],
  ]);
  const properties: Record<string, object> = {};
  for (const p of tool.parameters) {
    const type = p.role.kind === "quantity" ? "integer" : p.role.kind === "price" ? "number" : "string";
    properties[p.field] = {
      type,
      ...(rng.chance(0.75) || !p.role.fields.includes(p.field) ? { description: rng.pick(p.role.describe) } : {}),
      ...(p.options ? { enum: p.options } : {}),
    };
  }
  const required = tool.parameters.filter((p) => p.required).map((p) => p.field);
  const parameters = { type: "object", properties, ...(required.length > 0 || rng.chance(0.5) ? { required } : {}) };
  const withDescription =
    described !== undefined || rng.chance(0.92) || !tool.name.includes(tool.thing.code.split("_")[0]!);
  return { type: "function", function: { name: tool.name, ...(withDescription ? { description } : {}), parameters } };
}

/** "book the hotel" in the user's language, with one of the verb's wordings. */
export function actionPhrase(tool: Pick<Tool, "verb" | "thing">, rng: Rng, lang: Language): string {
  const say = rng.pick(tool.verb.say[lang]);
  let object = tool.thing.say[lang];
  if (lang === "en" && rng.chance(0.3)) object = object.replace("the ", rng.pick(["a ", "my ", "this "]));
  return lang === "de" ? `${object} ${say}` : `${say} ${object}`;
}

export interface Request {
  text: string;
  arguments: Record<string, unknown>;
  missing: Parameter | undefined;
}

/** One request in words for the tool, with its values; `leaveOut` drops one required value. */
export function phrase(tool: Tool, context: ValueContext, lang: Language, leaveOut = false): Request {
  const { rng } = context;
  const args: Record<string, unknown> = {};
  const said: string[] = [];
  const droppable = tool.parameters.filter((p) => p.required && !p.options);
  const missing = leaveOut && droppable.length > 0 ? rng.pick(droppable) : undefined;
  for (const p of tool.parameters) {
    if (p === missing || (!p.required && rng.chance(0.4))) continue;
    const v = p.options ? rng.pick(p.options) : value(p.role.kind, context);
    args[p.field] = v;
    said.push(rng.pick(p.role.say[lang]).replace("{}", String(v)));
  }
  const asksOnly = /get|check|search|track/.test(tool.verb.code[0]!) && rng.chance(0.5);
  const object = lang === "en" && rng.chance(0.3) ? tool.thing.say.en.replace("the ", "my ") : tool.thing.say[lang];
  const lead = asksOnly
    ? capital(rng.pick(questions[lang]).replace("{t}", object))
    : rng.pick(leads[lang]).replace("{do}", actionPhrase(tool, rng, lang));
  const parts = [lead, ...rng.shuffle(said)];
  if (rng.chance(0.2)) parts.push(rng.pick(fillers[lang]));
  const separator = rng.weighted([
    [" ", 4],
    [", ", 3],
  ]);
  let text = parts.join(separator);
  if (/^[¿]/.test(text) || (asksOnly && rng.chance(0.7))) text += lang === "fr" ? " ?" : "?";
  else
    text += rng.weighted([
      ["", 3],
      [".", 3],
      ["?", 1],
    ]);
  if (rng.chance(0.3)) text = text.charAt(0).toLowerCase() + text.slice(1);
  return { text, arguments: args, missing };
}
