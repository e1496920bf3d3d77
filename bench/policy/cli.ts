// How well a model judges rules in plain words, and what ten rules cost beside one.
//   node --import tsx bench/policy/cli.ts [--model FILE.gguf] [--latency]
import { parseArgs } from "node:util";
import { silentLogger } from "#base";
import { createEngine } from "#engine";
import { Catalog, Deployment, RuleClassifier } from "#platform";
import { chooseTemplate } from "#prompt";
import { LANGUAGES, RULES } from "./cases.ts";
import { compareLatency, judgeAll, precisionOf, recallOf, scoreRule, scoreRules } from "./measure.ts";
import type { Outcome, RuleScore } from "./measure.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/tramontane-small.gguf" },
    latency: { type: "boolean", default: false },
  },
});
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const engine = createEngine({ logger: silentLogger, clock });
try {
  const model = await engine.load({ name: "judge", source: { kind: "gguf", path: values.model } });
  const catalog = new Catalog([
    new Deployment(
      {
        id: "judge",
        aliases: [],
        createdAt: 0,
        ownedBy: "bench",
        serves: { chat: true, fim: false, embeddings: false },
        defaultTemperature: 0,
        contextTokens: model.info.contextTokens,
      },
      async () => ({ engine: model, template: chooseTemplate(model.info) }),
    ),
  ]);
  const judge = new RuleClassifier({ catalog, clock });
  if (values.latency) {
    const { oneRuleMs, tenRulesMs, ratio } = await compareLatency(judge, "judge", 60);
    console.log(
      `one rule ${oneRuleMs.toFixed(1)} ms, ten rules ${tenRulesMs.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`,
    );
  } else report(await judgeAll(judge, "judge"));
} finally {
  await engine.close();
}

function report(outcomes: readonly Outcome[]): void {
  console.log(`${values.model}: ${Object.keys(RULES).length} rules, ${outcomes.length} messages, threshold 0.5\n`);
  console.log("| rule | precision | recall | hits | missed | false alarms |\n| --- | --- | --- | --- | --- | --- |");
  const scores = scoreRules(outcomes);
  for (const score of scores) console.log(row(RULES[score.rule]!, score));
  console.log(row("**all rules**", total("all", scores)));
  for (const language of LANGUAGES) {
    const own = outcomes.filter((outcome) => outcome.language === language);
    console.log(
      row(
        `*${language}*`,
        total(
          language,
          Object.keys(RULES).map((rule) => scoreRule(rule, own)),
        ),
      ),
    );
  }
  const clean = outcomes.filter(({ breaks }) => breaks === undefined);
  const disturbed = clean.filter(({ found }) => found.length > 0).length;
  const broken = outcomes.filter(({ breaks }) => breaks !== undefined);
  const right = broken.filter(({ breaks, first }) => breaks === first).length;
  console.log(`\nThe likeliest rule is the broken one: ${right} of ${broken.length} (by chance 1 in 20).`);
  console.log(`Harmless messages that some rule counts as broken: ${disturbed} of ${clean.length}.`);
}

function row(name: string, score: RuleScore): string {
  const percent = (share: number | null): string => (share === null ? "–" : `${Math.round(share * 100)} %`);
  const { hits, missed, falseAlarms } = score;
  return `| ${name} | ${percent(precisionOf(score))} | ${percent(recallOf(score))} | ${hits} | ${missed} | ${falseAlarms} |`;
}

function total(rule: string, scores: readonly RuleScore[]): RuleScore {
  const sum = (of: (score: RuleScore) => number): number => scores.reduce((all, score) => all + of(score), 0);
  return {
    rule,
    hits: sum(({ hits }) => hits),
    missed: sum(({ missed }) => missed),
    falseAlarms: sum(({ falseAlarms }) => falseAlarms),
  };
}
