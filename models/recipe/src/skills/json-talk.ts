import { toJson } from "../json.ts";
import type { Language, Sample } from "../sample.ts";
import type { ValueContext } from "../values.ts";
import { chatExchange } from "./chat.ts";

const solve: Record<Language, readonly string[]> = {
  en: ["How can I solve {}", "Solve {}", "What is x in {}?", "Please solve: {}"],
  fr: ["Résous {}", "Comment résoudre {} ?"],
  es: ["Resuelve {}", "¿Cómo se resuelve {}?"],
  de: ["Löse {}", "Wie löse ich {}?"],
  it: ["Risolvi {}", "Come si risolve {}?"],
};
const tutors = [
  "You are a helpful math tutor.",
  "You are a math teacher. Solve the problem step by step, with a final answer.",
  "You will be given a math problem. Output each step as an equation and explain it.",
];
/** Take away or add, work out, divide. */
const told: Record<Language, readonly [less: string, more: string, work: string, divide: string]> = {
  en: ["Subtract {} from both sides", "Add {} to both sides", "Work it out", "Divide both sides by {}"],
  fr: ["Soustraire {} des deux côtés", "Ajouter {} des deux côtés", "Calculer", "Diviser les deux côtés par {}"],
  es: ["Restar {} de los dos lados", "Sumar {} a los dos lados", "Calcular", "Dividir los dos lados por {}"],
  de: [
    "Auf beiden Seiten {} abziehen",
    "Auf beiden Seiten {} dazuzählen",
    "Ausrechnen",
    "Beide Seiten durch {} teilen",
  ],
  it: [
    "Sottrarre {} da entrambi i lati",
    "Aggiungere {} a entrambi i lati",
    "Calcolare",
    "Dividere entrambi i lati per {}",
  ],
};

/** An equation of one unknown, solved in steps; as a fraction, since it divides badly. */
function equation({ rng }: ValueContext, lang: Language): { text: string; value: object } {
  const [a, b] = [rng.int(2, 12), rng.int(1, 20)];
  const c = rng.int(-30, 50);
  const plus = rng.chance(0.6);
  const rest = plus ? c - b : c + b;
  const [steps, why, output, final] = [
    rng.pick(["steps", "steps", "lines"]),
    rng.pick(["explanation", "explanation", "reason", "text"]),
    rng.pick(["output", "output", "result", "equation"]),
    rng.pick(["final_answer", "final_answer", "answer", "solution"]),
  ];
  const [less, more, work, divide] = told[lang];
  const step = (said: string, n: number, line: string): object => ({
    [why]: said.replace("{}", String(n)),
    [output]: line,
  });
  return {
    text: `${a}x ${plus ? "+" : "-"} ${b} = ${c}`,
    value: {
      [steps]: [
        step(plus ? less : more, b, `${a}x = ${c} ${plus ? "-" : "+"} ${b}`),
        step(work, 0, `${a}x = ${rest}`),
        step(divide, a, `x = ${rest}/${a}`),
      ],
      [final]: `x = ${rest}/${a}`,
    },
  };
}

/**
 * Ordinary questions whose answer a client wants as JSON without a word about it in the conversation: the server enforces
 * the opening brace, so it carries no loss and free answers stay free.
 */
export function jsonTalkSample(context: ValueContext, lang: Language): Sample {
  const { rng } = context;
  const math = rng.chance(0.45) ? equation(context, lang) : undefined;
  const exchange = math ? undefined : chatExchange(context, lang);
  const content = math ? rng.pick(solve[lang]).replace("{}", math.text) : exchange!.ask;
  const answer = toJson(math ? math.value : { [rng.chance(0.8) ? "answer" : "response"]: exchange!.answer });
  return {
    skill: "extract",
    lang,
    messages: [
      ...(math && rng.chance(0.6) ? [{ role: "system" as const, content: rng.pick(tutors) }] : []),
      { role: "user", content },
    ],
    answer,
    forced: [[0, 2]],
  };
}
