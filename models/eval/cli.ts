/**
 * Scores a model on held-out samples.
 *
 *   node --import tsx models/eval/cli.ts                     asks http://127.0.0.1:8420/v1 with TRAMONTANE_API_KEY
 *   … --url URL --model NAME --each 20 --seed 7 --task "needle,JSON" --wrong 3
 *   … --split train       asks what training was made of instead: the gap is what did not generalise
 *   … --prompts FILE      writes the cases as token ids, one JSON line each, for an engine without a server
 *   … --answers FILE      scores such an engine's raw texts, one JSON string per line in the same order
 *   … --file MODEL.gguf   asks the model file itself, without a server: nothing enforces a form; --context TOKENS for longer texts
 *   … --same FILE         says how many of the server's answers equal the trainer's own (train.py answer VOCAB MASTER PROMPTS FILE)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { render, tokenize } from "../recipe/src/render.ts";
import type { Sample } from "../recipe/src/sample.ts";
import { Tokenizer, type Piece } from "../recipe/src/tokenizer.ts";
import { ask } from "./chat-client.ts";
import { answerOf, withModelFile } from "./engine-client.ts";
import { parseAnswer } from "./parse-answer.ts";
import { report, type Outcome } from "./report.ts";
import { equal, type Answer } from "./scorers.ts";
import { makeCases, tasks, type Case } from "./tasks.ts";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8420/v1" },
    model: { type: "string", default: "tramontane-small" },
    split: { type: "string", default: "test" },
    each: { type: "string", default: "20" },
    seed: { type: "string", default: "7" },
    task: { type: "string" },
    parallel: { type: "string", default: "4" },
    wrong: { type: "string", default: "0" },
    prompts: { type: "string" },
    answers: { type: "string" },
    same: { type: "string" },
    file: { type: "string" },
    context: { type: "string" },
  },
});
const named = flags.task?.split(",");
const wanted = tasks.filter((task) => !named || named.some((part) => task.name.includes(part)));
const split = flags.split === "train" ? "train" : "test";
const cases = makeCases({ each: Number(flags.each), seed: Number(flags.seed), split }, wanted);

async function askAll(list: readonly Case[]): Promise<(Answer | undefined)[]> {
  if (flags.file)
    return withModelFile(
      { path: flags.file, contextTokens: flags.context ? Number(flags.context) : undefined },
      (model) => askEach(list, (sample) => answerOf(model, sample)),
    );
  const server = { url: flags.url, model: flags.model, key: process.env["TRAMONTANE_API_KEY"] ?? "" };
  return askEach(list, (sample) => ask(sample, server));
}

async function askEach(
  list: readonly Case[],
  answer: (sample: Sample) => Promise<Answer>,
): Promise<(Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = [];
  let next = 0;
  let failed = 0;
  const worker = async (): Promise<void> => {
    while (next < list.length) {
      const i = next++;
      try {
        answers[i] = await answer(list[i]!.sample);
      } catch (error) {
        answers[i] = undefined;
        if (failed++ < 3) console.error(`${list[i]!.task.name}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(flags.parallel) }, worker));
  if (failed > 0) console.error(`${failed} of ${list.length} requests failed; they count as wrong`);
  return answers;
}

const readAnswers = (file: string): Answer[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => parseAnswer(JSON.parse(line) as string));

if (flags.same) {
  const trainer = readAnswers(flags.same);
  const served = await askAll(cases);
  const different = trainer.flatMap((answer, i) => (equal(answer, served[i]) ? [] : [i]));
  console.log(`${trainer.length - different.length} of ${trainer.length} answers equal the trainer's`);
  for (const i of different.slice(0, Number(flags.wrong)))
    console.log(`\ntrainer ${JSON.stringify(trainer[i])}\nserver  ${JSON.stringify(served[i])}`);
} else if (flags.prompts) {
  const vocabulary = fileURLToPath(new URL("../recipe/vocab.json", import.meta.url));
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(vocabulary, "utf8")) as Piece[]);
  const lines = cases.map((c) => JSON.stringify(tokenize(render(c.sample, false), tokenizer).ids));
  writeFileSync(flags.prompts, lines.join("\n") + "\n");
} else {
  const answers = flags.answers ? readAnswers(flags.answers) : await askAll(cases);
  if (answers.length !== cases.length) throw new Error(`${answers.length} answers for ${cases.length} cases`);
  const outcomes: Outcome[] = cases.map(({ task, sample }, i) => {
    const answer = answers[i];
    return { task: task.name, lang: sample.lang, right: answer !== undefined && task.score(sample, answer) };
  });
  console.log(report(outcomes));
  for (const task of wanted) {
    const wrong = cases.flatMap((c, i) => (c.task === task && !outcomes[i]!.right ? [i] : []));
    for (const i of wrong.slice(0, Number(flags.wrong))) {
      const last = cases[i]!.sample.messages.at(-1)!.content;
      console.log(
        `\n${task.name}: …${last.slice(-300)}\n  want ${JSON.stringify(cases[i]!.sample.answer)}\n  got  ${JSON.stringify(answers[i])}`,
      );
    }
  }
}
