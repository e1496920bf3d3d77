import type { Rng } from "../random.ts";
import type { Language, Message, Sample, ToolCall } from "../sample.ts";
import { also, and, askBack, hereIs, is, noTool, systemPrompts, toolError } from "../text/phrases.ts";
import { handIns } from "../text/actions.ts";
import { roles } from "../text/roles.ts";
import { toJson } from "../json.ts";
import { value, type ValueContext } from "../values.ts";
import { chatExchange } from "./chat.ts";
import { define, makeTool, makeTools, phrase, type Tool } from "./request.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
export const callId = (rng: Rng): string => Array.from({ length: 9 }, () => alphabet.charAt(rng.int(0, 61))).join("");

export function withSystem(rng: Rng, lang: Language, messages: Message[], probability = 0.3): Message[] {
  return rng.chance(probability) ? [{ role: "system", content: rng.pick(systemPrompts[lang]) }, ...messages] : messages;
}

/** The arguments in the order of the tool's parameters. */
const inOrder = (tool: Tool, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(tool.parameters.filter((p) => p.field in given).map((p) => [p.field, given[p.field]]));

/** What comes before the last message, that message, and what is to be answered. */
interface Turn {
  history: Message[];
  text: string;
  answer: string | ToolCall[];
}

/** Which tool, with which arguments; or none; or a question back; or several calls. */
function toolTurn(context: ValueContext, lang: Language, tools: readonly Tool[]): Turn {
  const { rng } = context;
  const tool = rng.pick(tools);
  // In training more often what is hard: that none fits, that something is missing, that two are wanted.
  const learning = context.split === "train";
  const kind = rng.weighted([
    ["one", learning ? 52 : 66],
    ["none", learning ? 20 : 12],
    ["missing", learning ? 16 : 12],
    ["twice", 6],
    ["two", learning ? 14 : 8],
  ] as const);
  const history: Message[] = [];
  let text: string;
  let answer: string | ToolCall[];
  if (kind === "none") {
    if (rng.chance(learning ? 0.25 : 0.5)) {
      const exchange = chatExchange(context, lang);
      text = exchange.ask;
      answer = exchange.answer;
    } else {
      let other = makeTool(context);
      while (tools.some((t) => t.thing === other.thing)) other = makeTool(context);
      text = phrase(other, context, lang).text;
      answer = noTool[lang];
    }
  } else {
    const request = phrase(tool, context, lang, kind === "missing");
    text = request.text;
    const question = askBack[lang].replace("{}", request.missing?.role.noun[lang] ?? "");
    answer = request.missing ? question : [{ name: tool.name, arguments: request.arguments }];
    if (request.missing && rng.chance(0.5)) {
      // The question back has been asked; now the value is handed in and the call can be made.
      const { role, field } = request.missing;
      const v = value(role.kind, context);
      history.push({ role: "user", content: text }, { role: "assistant", content: question });
      const handIn = rng.chance(0.3)
        ? rng.pick(role.say[lang]).replace("{}", String(v))
        : rng.pick(handIns[lang]).replace("{v}", () => String(v));
      const noun = lang === "en" && rng.chance(0.5) ? role.noun.en.replace("the ", "My ") : role.noun[lang];
      text = handIn.replace("{n}", capital(noun));
      answer = [{ name: tool.name, arguments: inOrder(tool, { ...request.arguments, [field]: v }) }];
    }
    if (kind === "two" && tools.length > 1 && Array.isArray(answer)) {
      const second = rng.pick(tools.filter((t) => t !== tool));
      const more = phrase(second, context, lang);
      text = `${text.replace(/[.?]$/, "")}, ${rng.pick(also[lang])} ${more.text.replace(/^[¿]/, "")}`;
      answer = [...answer, { name: second.name, arguments: more.arguments }];
    } else if (kind === "twice" && Array.isArray(answer) && Object.keys(request.arguments).length > 0) {
      const more = phrase(
        {
          ...tool,
          parameters: tool.parameters
            .filter((p) => p.field in request.arguments)
            .map((p) => ({ ...p, required: true })),
        },
        context,
        lang,
      );
      text = `${text.replace(/[.?]$/, "")} ${and[lang]} ${more.text.replace(/^[¿]/, "")}`;
      answer = [...answer, { name: tool.name, arguments: more.arguments }];
    }
  }
  return { history, text, answer };
}

/** The same action asked for in two languages, or what a tool says of itself; the values are the same. */
export function toolPair(context: ValueContext, from: Language, to: Language): { a: string; b: string; group: string } {
  const { rng } = context;
  const tool = makeTool(context);
  const about = rng.chance(0.5)
    ? ` ${String(value(rng.pick(["name", "city", "company", "product", "id"]), context))}`
    : "";
  const [a, b] = [from, to].map((lang) => phrase({ ...tool, parameters: [] }, context, lang).text + about);
  return { a: a!, b: b!, group: `tool ${tool.verb.code[0]} ${tool.thing.code}${about}` };
}

/** One request, or in training several after each other, to one set of tools. */
export function toolSample(context: ValueContext, lang: Language, most = 5): Sample {
  const { rng } = context;
  const tools = makeTools(context, most);
  const definitions = tools.map((t) => define(t, context, lang));
  const rounds =
    context.split === "test"
      ? 1
      : rng.weighted([
          [1, 3],
          [2, 3],
          [3, 3],
          [4, 3],
          [5, 2],
        ]);
  const messages: Message[] = [];
  let turn = toolTurn(context, lang, tools);
  for (let i = 1; i < rounds; i++) {
    messages.push(...turn.history, { role: "user", content: turn.text }, said(turn.answer));
    turn = toolTurn(context, lang, tools);
  }
  messages.push(...turn.history, { role: "user", content: turn.text });
  return {
    skill: "tools",
    lang,
    tools: definitions,
    messages: withSystem(rng, lang, messages),
    answer: turn.answer,
    ...(rounds > 1 ? { trainAll: true, toolsFirst: true } : {}),
  };
}

/**
 * Choosing and nothing else: tools without parameters, many requests after each other. Most requests are in the language of
 * the descriptions, so that the way from a request to the name of its tool is learnt before the way between languages.
 */
export function menuSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const tools = makeTools(context, 6).map((tool) => ({ ...tool, parameters: [] }));
  const described = rng.chance(0.6) ? lang : "en";
  const messages: Message[] = [];
  const ask = (): { text: string; answer: string | ToolCall[] } => {
    const tool = rng.pick(tools);
    if (rng.chance(0.75))
      return { text: phrase(tool, context, lang).text, answer: [{ name: tool.name, arguments: {} }] };
    let other = makeTool(context);
    while (tools.some((t) => t.thing === other.thing)) other = makeTool(context);
    return { text: phrase({ ...other, parameters: [] }, context, lang).text, answer: noTool[lang] };
  };
  let { text, answer } = ask();
  for (let more = rng.int(4, 8); more > 0; more--) {
    messages.push({ role: "user", content: text }, said(answer));
    ({ text, answer } = ask());
  }
  messages.push({ role: "user", content: text });
  const definitions = tools.map((tool) => define(tool, context, lang, described));
  return { skill: "tools", lang, tools: definitions, messages, answer, trainAll: true, toolsFirst: true };
}

/** An answer as a message of the past. */
export const said = (answer: string | ToolCall[]): Message =>
  typeof answer === "string"
    ? { role: "assistant", content: answer }
    : { role: "assistant", content: "", toolCalls: answer };

const statuses = [
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
  "on time",
  "delayed",
];
const statusNoun: Record<Language, string> = {
  en: "the status",
  fr: "le statut",
  es: "el estado",
  de: "der Status",
  it: "lo stato",
};
const errors = ["not found", "timeout", "no access", "invalid id", "service down", "unknown city"];
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What a tool gave back, and the sentence that says it. */
function resultOf(context: ValueContext, lang: Language): { content: string; answer: string } {
  const { rng } = context;
  const facts = rng
    .sample(roles, rng.int(1, 3))
    .map((r) => ({ field: rng.pick(r.fields), noun: r.noun[lang], value: value(r.kind, context) }));
  if (rng.chance(0.5)) facts[0] = { field: "status", noun: statusNoun[lang], value: rng.pick(statuses) };
  const unique = facts.filter((f, i) => facts.findIndex((g) => g.field === f.field || g.noun === f.noun) === i);
  if (rng.chance(0.1)) {
    const error = rng.pick(errors);
    return { content: toJson({ error }), answer: toolError[lang].replace("{}", error) };
  }
  const bare = (noun: string): string => noun.replace(/^(the|le|la|les|el|los|las|der|die|das|il|lo|gli|i) |^l'/, "");
  return {
    content: toJson(Object.fromEntries(unique.map((f) => [f.field, f.value]))),
    answer:
      unique.length === 1
        ? `${capital(unique[0]!.noun)} ${is[lang]} ${unique[0]!.value}.`
        : hereIs[lang].replace("{}", () => unique.map((f) => `${bare(f.noun)} ${f.value}`).join(", ")),
  };
}

/** A tool has run: say its result in a sentence. In training several calls and results follow each other. */
export function toolResultSample(context: ValueContext, lang: Language): Sample {
  const { rng, split } = context;
  const tools = makeTools(context, 2);
  const definitions = tools.map((t) => define(t, context, lang));
  const rounds = split === "test" ? 1 : rng.int(1, 4);
  const messages: Message[] = [];
  for (;;) {
    const tool = rng.pick(tools);
    const request = phrase(tool, context, lang);
    const id = callId(rng);
    const { content, answer } = resultOf(context, lang);
    messages.push(
      { role: "user", content: request.text },
      { role: "assistant", content: "", toolCalls: [{ name: tool.name, arguments: request.arguments, id }] },
      { role: "tool", content, callId: id },
    );
    if (messages.filter(({ role }) => role === "tool").length === rounds)
      return {
        skill: "tool-result",
        lang,
        tools: definitions,
        answer,
        messages: withSystem(rng, lang, messages),
        ...(rounds > 1 ? { toolsFirst: true } : {}),
        ...(split === "train" ? { trainAll: true } : {}),
      };
    messages.push({ role: "assistant", content: answer });
  }
}
