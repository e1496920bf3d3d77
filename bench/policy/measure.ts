import type { RuleJudge } from "#platform";
import { CASES, LANGUAGES, RULES } from "./cases.ts";
import type { Language } from "./cases.ts";

/** From this score on a rule counts as broken: `balanced`. */
const THRESHOLD = 0.5;

/** One text, what it breaks, and what the model made of it. */
export interface Outcome {
  readonly language: Language;
  readonly breaks: string | undefined;
  /** Rules at or above the threshold. */
  readonly found: readonly string[];
  /** The likeliest rule, however unlikely. */
  readonly first: string;
}

export interface RuleScore {
  readonly rule: string;
  readonly hits: number;
  readonly missed: number;
  readonly falseAlarms: number;
}

/** Holds every message in every language to all the rules. */
export async function judgeAll(judge: RuleJudge, model: string): Promise<readonly Outcome[]> {
  const keys = Object.keys(RULES);
  const rules = Object.values(RULES);
  const outcomes: Outcome[] = [];
  for (const { breaks, texts } of CASES) {
    for (const language of LANGUAGES) {
      const signal = new AbortController().signal;
      const { scores } = await judge.judge({ model, rules, text: texts[language], priority: 0, signal });
      const best = Math.max(...scores);
      const found = keys.filter((_, index) => scores[index]! >= THRESHOLD);
      outcomes.push({ language, breaks, found, first: keys[scores.indexOf(best)]! });
    }
  }
  return outcomes;
}

export function scoreRules(outcomes: readonly Outcome[]): readonly RuleScore[] {
  return Object.keys(RULES).map((rule) => scoreRule(rule, outcomes));
}

export function scoreRule(rule: string, outcomes: readonly Outcome[]): RuleScore {
  const count = (test: (outcome: Outcome) => boolean): number => outcomes.filter(test).length;
  return {
    rule,
    hits: count(({ breaks, found }) => breaks === rule && found.includes(rule)),
    missed: count(({ breaks, found }) => breaks === rule && !found.includes(rule)),
    falseAlarms: count(({ breaks, found }) => breaks !== rule && found.includes(rule)),
  };
}

/** Null where nothing was found, or nothing was to be found. */
export const precisionOf = ({ hits, falseAlarms }: RuleScore): number | null =>
  hits + falseAlarms === 0 ? null : hits / (hits + falseAlarms);
export const recallOf = ({ hits, missed }: RuleScore): number | null =>
  hits + missed === 0 ? null : hits / (hits + missed);

export interface LatencyRatio {
  readonly oneRuleMs: number;
  readonly tenRulesMs: number;
  /** Median of the pairs' ratios. */
  readonly ratio: number;
}

/** What ten rules cost beside one: pairs in turn, each of a text nobody has asked before. */
export async function compareLatency(judge: RuleJudge, model: string, pairs: number): Promise<LatencyRatio> {
  const rules = Object.values(RULES).slice(0, 10);
  const texts = CASES.flatMap(({ texts: all }) => Object.values(all));
  const timed = async (count: number, text: string): Promise<number> => {
    const signal = new AbortController().signal;
    const began = performance.now();
    await judge.judge({ model, rules: rules.slice(0, count), text, priority: 0, signal });
    return performance.now() - began;
  };
  const times: { one: number; ten: number }[] = [];
  // The first of each computes the rules' part of the prompt, which later ones share.
  for (let index = -2; index < pairs; index += 1) {
    const text = `${texts[(index + 2) % texts.length]!} (${index})`;
    const isTenFirst = index % 2 === 0;
    const first = await timed(isTenFirst ? 10 : 1, text);
    const second = await timed(isTenFirst ? 1 : 10, `${text} `);
    if (index >= 0) times.push(isTenFirst ? { ten: first, one: second } : { one: first, ten: second });
  }
  return {
    oneRuleMs: median(times.map(({ one }) => one)),
    tenRulesMs: median(times.map(({ ten }) => ten)),
    ratio: median(times.map(({ one, ten }) => ten / one)),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
