import { TramontaneError } from "#base";
import type { Case, RuleJudge } from "#platform";

/** A judge that anybody can predict: a rule is broken by a text that holds the rule's last word. */
export class WordJudge implements RuleJudge {
  readonly cases: Case[] = [];
  /** While true it cannot judge. */
  isDown = false;

  judge(asked: Case) {
    this.cases.push(asked);
    if (this.isDown) return Promise.reject(new TramontaneError("engine_unavailable", "The judge sleeps"));
    const holds = (rule: string): boolean => asked.text.toLowerCase().includes(rule.split(" ").at(-1)!.toLowerCase());
    const scores = asked.rules.map((rule) => (holds(rule) ? 0.9 : 0.01));
    return Promise.resolve({ model: "words", scores, promptTokens: 10, latencyMs: 1 });
  }
}
