import { TramontaneError } from "#base";
import type { Command } from "./command.ts";
import { unknownSetting } from "./config.ts";
import { nearest } from "./nearest.ts";
import { flagOf, SETTINGS } from "./settings.ts";

export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** Settings given as flags, by setting name. */
  readonly flags: Readonly<Record<string, string>>;
  /** The command's own options, by option name. */
  readonly options: Readonly<Record<string, string>>;
  readonly configFile: string | undefined;
  readonly help: boolean;
}

/** Splits a command's arguments. `--name value` and `--name=value` are the same; `--` ends the options. */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const known = new Map<string, { name: string; kind: "setting" | "option" | "switch" }>();
  for (const name of Object.keys(SETTINGS)) known.set(flagOf(name), { name, kind: "setting" });
  for (const [name, option] of Object.entries(command.options)) {
    known.set(flagOf(name), { name, kind: option.placeholder === undefined ? "switch" : "option" });
  }
  known.set("config", { name: "config", kind: "option" });

  const positionals: string[] = [];
  const flags: Record<string, string> = {};
  const options: Record<string, string> = {};
  let help = false;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      positionals.push(...rest.splice(0));
    } else if (word === "--help" || word === "-h") {
      help = true;
    } else if (!word.startsWith("--")) {
      positionals.push(word);
    } else {
      const [flag, inline] = splitOnce(word.slice(2), "=");
      const target = known.get(flag);
      if (!target) throw unknownSetting(`--${flag}`, suggest(flag, [...known.keys()]));
      const value = target.kind === "switch" ? "true" : (inline ?? rest.shift());
      if (value === undefined)
        throw new TramontaneError("config_invalid", `--${flag} needs a value`, { field: target.name });
      (target.kind === "setting" ? flags : options)[target.name] = value;
    }
  }
  const { config: configFile, ...own } = options;
  return { positionals, flags, options: own, configFile, help };
}

function suggest(flag: string, known: readonly string[]): string | undefined {
  const found = nearest(flag, known);
  return found === undefined ? undefined : `--${found}`;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
