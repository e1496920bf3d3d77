import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERROR_CODES } from "#base";
import { tabulateGateways } from "../bench/gateway/table.ts";
import type { GatewayResults } from "../bench/gateway/table.ts";
import { tabulate } from "../bench/serving/table.ts";
import type { Results } from "../bench/serving/table.ts";
import { SAFE_PROMPT } from "../src/platform/inference/safe-prompt.ts";
import { environmentOf, flagOf, SETTINGS } from "../src/cli/settings.ts";

const page = (name: string): string => readFileSync(`docs/reference/${name}.md`, "utf8");
const firstCells = (text: string): string[] => [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]!);

test("errors.md lists exactly the codes of the product", () => {
  expect(firstCells(page("errors")).toSorted()).toEqual([...ERROR_CODES].toSorted());
});

test("configuration.md lists exactly the settings, with their flag, variable and default", () => {
  const rows = [
    ...page("configuration").matchAll(/^\| `(\w+)` \| `--([\w-]+)` \| `(\w+)` \| ([^|]*) \| ([^|]*) \|$/gm),
  ];
  const expected = Object.entries(SETTINGS).map(([name, setting]) => {
    const initial = "defaultText" in setting ? setting.defaultText : String(setting.fallback);
    return [name, flagOf(name), environmentOf(name), initial, setting.summary.replaceAll("|", "\\|")];
  });
  expect(rows.map(([, ...cells]) => cells.map((cell) => cell.trim()))).toEqual(expected);
});

test("safe-prompt.md quotes the text that is used", () => {
  expect(page("safe-prompt")).toContain(`> ${SAFE_PROMPT}\n`);
});

test.runIf(existsSync("bench/results"))("the tables of performance.md are those of bench/results", () => {
  const text = readFileSync("docs/explanation/performance.md", "utf8");
  const tables = readdirSync("bench/results").flatMap((file) => {
    const results: unknown = JSON.parse(readFileSync(`bench/results/${file}`, "utf8"));
    if (file.startsWith("serving-")) return [{ file, table: tabulate(results as Results) }];
    return file.startsWith("gateway") ? [{ file, table: tabulateGateways(results as GatewayResults) }] : [];
  });
  expect(tables.filter(({ table }) => !text.includes(table)).map(({ file }) => file)).toEqual([]);
});
