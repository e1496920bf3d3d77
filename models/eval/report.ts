import { languages, type Language } from "../recipe/src/sample.ts";
import { wilson } from "./interval.ts";

export interface Outcome {
  task: string;
  lang: Language;
  right: boolean;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** A Markdown table: one row per task, the share right with its 95 % interval, then each language. */
export function report(outcomes: readonly Outcome[]): string {
  const lines = [
    `| task | right (95 % interval) | n | ${languages.join(" | ")} |`,
    `| --- | --- | --- | ${languages.map(() => "---").join(" | ")} |`,
  ];
  for (const task of new Set(outcomes.map((outcome) => outcome.task))) {
    const own = outcomes.filter((outcome) => outcome.task === task);
    const right = own.filter((outcome) => outcome.right).length;
    const { low, high } = wilson(right, own.length);
    const cells = languages.map((lang) => {
      const part = own.filter((outcome) => outcome.lang === lang);
      return part.length === 0 ? "–" : percent(part.filter((outcome) => outcome.right).length / part.length);
    });
    lines.push(
      `| ${task} | ${percent(right / own.length)} (${percent(low)}–${percent(high)}) | ${own.length} | ${cells.join(" | ")} |`,
    );
  }
  return lines.join("\n");
}
