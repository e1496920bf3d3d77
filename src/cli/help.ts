import type { Command } from "./command.ts";
import { environmentOf, flagOf, SETTINGS } from "./settings.ts";

/** A word and what it means. */
export const column = (left: string, right: string): string => `  ${left.padEnd(34)} ${right}`;

/** The front page: all commands, and how to learn more. */
export function overview(commands: readonly Command[], version: string): string {
  return [
    `Tramontane ${version}: models, chat and metering on your own hardware.`,
    "",
    "Usage: tramontane COMMAND [options]",
    "",
    "Commands",
    ...commands.map((command) => column(`${command.name} ${command.operands}`, command.summary)),
    "",
    "`tramontane COMMAND --help` shows options and examples.",
  ].join("\n");
}

/** One command's page: usage, own options, examples; where the server starts, the settings with their variables and defaults. */
export function commandHelp(command: Command): string {
  const own = Object.entries(command.options).map(([name, option]) =>
    column(`--${flagOf(name)}${option.placeholder ? ` ${option.placeholder}` : ""}`, option.summary),
  );
  return [
    command.summary,
    "",
    `Usage: ${`tramontane ${command.name} ${command.operands}`.trim()} [options]`,
    ...(own.length > 0 ? ["", "Options", ...own] : []),
    "",
    "Examples",
    ...command.examples.map((example) => column(example.line, example.does)),
    "",
    ...(command.name === "serve"
      ? settings()
      : ["`tramontane serve --help` lists the settings, which are flags here too."]),
  ].join("\n");
}

function settings(): string[] {
  return [
    "Settings (flag, or environment variable, or a key of DATA_DIR/tramontane.json)",
    column("--config FILE", "Read this configuration file instead."),
    ...Object.entries(SETTINGS).map(([name, setting]) => {
      const initial = "defaultText" in setting ? setting.defaultText : String(setting.fallback);
      const aside = `(${environmentOf(name)}; default: ${initial})`;
      return column(`--${flagOf(name)} ${setting.placeholder}`, `${setting.summary} ${aside}`);
    }),
  ];
}
