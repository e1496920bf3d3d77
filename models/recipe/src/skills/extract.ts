import { toJson } from "../json.ts";
import { isHeldOut, type Language, type Sample } from "../sample.ts";
import { fillers } from "../text/actions.ts";
import { and, extractAsks, is, jsonOnly } from "../text/phrases.ts";
import { roles, type Role } from "../text/roles.ts";
import { company, inventedWord, personName, value, type Kind, type ValueContext } from "../values.ts";
import { fieldName } from "./request.ts";

interface Fact {
  field: string;
  role: Role;
  value: string | number | null | (string | number)[];
  said: string;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const plurals: Partial<Record<Kind, readonly string[]>> = {
  name: ["names", "participants", "authors", "members", "guests", "people"],
  city: ["cities", "stops", "places", "locations"],
  product: ["products", "items", "articles", "goods"],
  company: ["companies", "suppliers", "partners"],
  topic: ["topics", "tags", "keywords", "subjects"],
};

/** "a, b and c" in the language. */
const enumerate = (items: readonly (string | number)[], lang: Language): string =>
  items.length === 1 ? String(items[0]) : `${items.slice(0, -1).join(", ")} ${and[lang]} ${items.at(-1)}`;

/** Facts of different kinds, each with the words that carry it in the text. */
function makeFacts(context: ValueContext, lang: Language, count: number, labelled: boolean): Fact[] {
  const { rng } = context;
  const facts: Fact[] = [];
  for (const role of rng.shuffle(roles)) {
    if (facts.length >= count) break;
    const kind = role.kind === "city" ? role.noun.en : role.kind;
    if (facts.some((f) => (f.role.kind === "city" ? f.role.noun.en : f.role.kind) === kind)) continue;
    const several = rng.chance(0.12) ? plurals[role.kind] : undefined;
    const known = several ?? role.fields;
    const field = fieldName(context, known);
    if (facts.some((f) => f.field === field)) continue;
    // One value alone is a list only where the field's name says so.
    const v = several
      ? Array.from({ length: rng.int(known.includes(field) ? 1 : 2, 3) }, () => value(role.kind, context))
      : value(role.kind, context);
    const words = Array.isArray(v) ? enumerate(v, lang) : String(v);
    const label =
      rng.chance(0.6) || !labelled || !known.includes(field)
        ? field
        : role.noun[lang].replace(/^(the|le|la|les|el|los|las|der|die|das|il|lo|gli|i) |^l'/, "");
    // An invented field says nothing about its role, so the text must show it as a label.
    const shown = labelled || !known.includes(field);
    facts.push({
      field,
      role,
      value: v,
      said: shown ? `${label}: ${words}` : rng.pick(role.say[lang]).replace("{}", () => words),
    });
  }
  return facts;
}

/** The text that holds the facts: a list, a table row, a note or a mail. */
function write(context: ValueContext, lang: Language, facts: readonly Fact[], labelled: boolean): string {
  const { rng } = context;
  const said = rng.shuffle(facts).map((f) => f.said);
  if (labelled) return said.join(rng.pick([", ", "; ", " | ", "\n", "\n- "]));
  if (rng.chance(0.3)) said.splice(rng.int(0, said.length), 0, rng.pick(fillers[lang]));
  const style = rng.weighted([
    ["list", 3],
    ["sentences", 4],
    ["mail", 2],
  ] as const);
  if (style === "list") return said.join(rng.pick([", ", " ", " - "]));
  const body = said.map(capital).join(". ") + ".";
  return style === "mail"
    ? `${rng.pick(["Hello", "Bonjour", "Hola", "Hallo", "Ciao", "Dear team"])},\n${body}\n${rng.chance(0.5) ? rng.pick(fillers[lang]) + ", " : ""}${inventedWord({ ...context, pieces: undefined })}`
    : body;
}

const listFields = (rng: ValueContext["rng"], fields: readonly string[], lang: Language): string => {
  const quoted = rng.weighted([
    ["", 5],
    ['"', 2],
    ["`", 1],
  ]);
  const names = fields.map((f) => quoted + f + quoted);
  return names.length > 1 && rng.chance(0.6)
    ? `${names.slice(0, -1).join(", ")} ${and[lang]} ${names[names.length - 1]}`
    : names.join(", ");
};

function typeOf(fact: Fact): object {
  if (Array.isArray(fact.value)) return { type: "array", items: { type: "string" } };
  if (fact.value === null) return { type: ["string", "null"] };
  return { type: fact.role.kind === "quantity" ? "integer" : fact.role.kind === "price" ? "number" : "string" };
}

/** Fields out of a text into JSON; a field that the text lacks becomes null. */
export function extractSample(context: ValueContext, lang: Language): Sample {
  const { rng, split } = context;
  const labelled = rng.chance(0.4);
  let facts: Fact[];
  // The shape (the sorted roles) is held out too.
  do
    facts = makeFacts(
      context,
      lang,
      rng.weighted([
        [1, 2],
        [2, 4],
        [3, 4],
        [4, 2],
        [5, 1],
      ]),
      labelled,
    );
  while (
    facts.length > 1 &&
    isHeldOut(
      facts
        .map((f) => f.role.noun.en)
        .sort()
        .join("+"),
    ) !==
      (split === "test")
  );
  let asked = rng.shuffle(facts.filter(() => rng.chance(0.85)));
  if (asked.length === 0) asked = [facts[0]!];
  let text = write(context, lang, facts, labelled);
  if (rng.chance(0.06)) {
    const ghost = makeFacts(context, lang, facts.length + 1, labelled).find(
      (f) => !facts.some((g) => g.role === f.role || g.field === f.field || g.role.kind === f.role.kind),
    );
    if (ghost) asked = rng.shuffle([...asked, { ...ghost, value: null }]);
  }
  // Some schemas put a part of the fields into an object of their own.
  const inner =
    rng.chance(0.12) && asked.length > 1
      ? {
          name: fieldName(context, ["details", "info", "data", "contact", "order"]),
          from: rng.int(1, asked.length - 1),
        }
      : undefined;
  const nest = <T>(entry: (fact: Fact) => T, wrap: (inside: Record<string, T>) => T): Record<string, T> => {
    const entries = (part: readonly Fact[]): Record<string, T> =>
      Object.fromEntries(part.map((f) => [f.field, entry(f)]));
    return inner
      ? { ...entries(asked.slice(0, inner.from)), [inner.name]: wrap(entries(asked.slice(inner.from))) }
      : entries(asked);
  };
  const answer = toJson(
    nest<unknown>(
      (f) => f.value,
      (inside) => inside,
    ),
  );
  const fields = listFields(
    rng,
    asked.map((f) => f.field),
    lang,
  );
  const objectOf = (properties: Record<string, object>): object => ({
    type: "object",
    properties,
    required: Object.keys(properties),
  });
  const schema = (): string => toJson(objectOf(nest<object>(typeOf, objectOf)));
  const ask = (): string =>
    rng
      .pick(extractAsks[lang])
      .replace("{f}", () => fields)
      .replace("{t}", () => text);
  const style = inner
    ? "schema"
    : rng.weighted([
        ["user", 5],
        ["system", 2],
        ["schema", 3],
        ["hidden", 2],
      ] as const);
  const sample: Sample = { skill: "extract", lang, messages: [], answer };
  if (style === "user") {
    sample.messages = [{ role: "user", content: ask() }];
    // In training one reading of the text serves several questions.
    const more = split === "test" ? 0 : rng.int(0, 2);
    let said = answer;
    for (let i = 0; i < more; i++) {
      const some = rng.sample(facts, rng.int(1, facts.length));
      sample.messages.push(
        { role: "assistant", content: said },
        {
          role: "user",
          content: `JSON: ${listFields(
            rng,
            some.map((f) => f.field),
            lang,
          )}`,
        },
      );
      said = toJson(Object.fromEntries(some.map((f) => [f.field, f.value])));
      sample.answer = said;
      sample.trainAll = true;
    }
  } else if (style === "system")
    sample.messages = [
      { role: "system", content: `${rng.pick(jsonOnly[lang].filter((s) => !s.includes("{s}")))} ${fields}` },
      { role: "user", content: text },
    ];
  else if (style === "schema") {
    const instruction = rng.pick(jsonOnly[lang].filter((s) => s.includes("{s}"))).replace("{s}", schema);
    sample.messages = rng.chance(0.5)
      ? [
          { role: "system", content: instruction },
          { role: "user", content: text },
        ]
      : [{ role: "user", content: rng.chance(0.5) ? `${instruction}\n\n${text}` : `${text}\n\n${instruction}` }];
  } else {
    // The schema is known to the grammar only: keys are forced, values are the model's.
    sample.messages = [
      {
        role: "user",
        content: rng.chance(0.6) ? `${rng.pick(jsonOnly[lang].filter((s) => !s.includes("{s}")))} ${text}` : text,
      },
    ];
    sample.forced = [];
    let at = 0;
    for (const f of asked) {
      const key = `${JSON.stringify(f.field)}:`;
      const start = answer.indexOf(key, at);
      sample.forced.push([start, start + key.length]);
      at = start + key.length;
    }
    if (split === "test") {
      sample.messages = [{ role: "user", content: ask() }];
      delete sample.forced;
    }
  }
  return sample;
}

/** A list of alike records: an array of objects, or one value per line in another format. */
export function formatsSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const facts = makeFacts(context, lang, rng.int(2, 4), true);
  const text = write(context, lang, facts, true);
  const formats: Record<string, (f: readonly Fact[]) => string> = {
    YAML: (f) => f.map((x) => `${x.field}: ${String(x.value)}`).join("\n"),
    CSV: (f) => `${f.map((x) => x.field).join(",")}\n${f.map((x) => x.value).join(",")}`,
    "key=value": (f) => f.map((x) => `${x.field}=${String(x.value)}`).join("\n"),
    Markdown: (f) => f.map((x) => `- **${x.field}**: ${String(x.value)}`).join("\n"),
    XML: (f) => f.map((x) => `<${x.field}>${String(x.value)}</${x.field}>`).join("\n"),
    JSON: (f) => toJson(Object.fromEntries(f.map((x) => [x.field, x.value]))),
  };
  const format = rng.pick(Object.keys(formats));
  const asks: Record<Language, string> = {
    en: "Write this as {}: ",
    fr: "Écris ceci en {} : ",
    es: "Escribe esto como {}: ",
    de: "Schreibe das als {}: ",
    it: "Scrivi questo come {}: ",
  };
  const order = rng.shuffle(facts);
  return {
    skill: "extract",
    lang,
    messages: [
      { role: "user", content: `${asks[lang].replace("{}", format)}${order.map((f) => f.field).join(", ")}\n${text}` },
    ],
    answer: formats[format]!(order),
  };
}

/** A drill that pays for everything else: look keys up in a table of invented words and repeat what stands there. */
export function copySample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const count = rng.int(2, 7);
  const rows = new Map<string, string>();
  while (rows.size < count) {
    const key = rng.weighted([
      [inventedWord(context), 4],
      [capital(inventedWord(context)), 1],
      [personName(context), 1],
      [company(context), 1],
    ]);
    rows.set(
      key,
      String(
        value(
          rng.pick([
            "name",
            "city",
            "company",
            "product",
            "quantity",
            "price",
            "date",
            "email",
            "id",
            "phone",
            "topic",
            "time",
          ]),
          context,
        ),
      ),
    );
  }
  const wanted = rng.sample([...rows.keys()], rng.int(1, Math.min(4, count)));
  const join = rng.pick([": ", " = ", ` ${is[lang]} `, " -> ", ", "]);
  const table = [...rows].map(([k, v]) => k + join + v).join(rng.pick(["\n", "; ", ". ", " | "]));
  const style = rng.weighted([
    ["json", 3],
    ["values", 3],
    ["whole", 1],
  ] as const);
  const answer =
    style === "json"
      ? toJson(Object.fromEntries(wanted.map((k) => [k, rows.get(k)])))
      : style === "values"
        ? wanted.map((k) => rows.get(k)).join(rng.pick([", "]))
        : table;
  const ask =
    style === "json"
      ? `JSON: ${wanted.join(", ")}`
      : style === "values"
        ? `${wanted.join(", ")}?`
        : rng.pick(["Repeat", "Copy", "Répète", "Repite", "Wiederhole", "Ripeti"]) + ":";
  return {
    skill: "copy",
    lang,
    messages: [
      {
        role: "user",
        content: style === "whole" ? `${ask} ${table}` : rng.chance(0.7) ? `${table}\n${ask}` : `${ask}\n${table}`,
      },
    ],
    answer,
  };
}
