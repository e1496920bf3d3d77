import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { TramontaneError } from "#base";
import { nearest } from "./nearest.ts";
import { environmentOf, flagOf, SETTINGS } from "./settings.ts";
import type { Setting, SettingName } from "./settings.ts";

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The settings of this run, every value parsed and every path absolute. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

export interface ConfigSources {
  /** Flags by setting name, such as { port: "9000" }. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A configuration file to read; undefined: `DATA_DIR/tramontane.json` when it exists. */
  readonly file?: string | undefined;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];

/** Flag before environment before file before default. Errors: `config_invalid` naming the setting and where it was given. */
export function loadConfig(sources: ConfigSources): Config {
  refuseUnknownEnvironment(sources.environment);
  const given = (name: SettingName) => sources.flags[name] ?? (sources.environment[environmentOf(name)] || undefined);
  const dataDir = resolve(given("dataDir") ?? defaultDataDir(sources.environment));
  const file = readConfigFile(sources.file ?? join(dataDir, "tramontane.json"), sources.file !== undefined);

  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const origin = originOf(name, sources, file);
    values[name] = origin === undefined ? SETTINGS[name].fallback : parse(name, origin);
  }
  const modelsDir = values["modelsDir"] === "" ? join(dataDir, "models") : String(values["modelsDir"]);
  return { ...values, dataDir, modelsDir: isAbsolute(modelsDir) ? modelsDir : resolve(modelsDir) } as Config;
}

interface Origin {
  readonly text: string;
  readonly where: string;
}

function originOf(name: SettingName, sources: ConfigSources, file: ConfigFile): Origin | undefined {
  const flag = sources.flags[name];
  if (flag !== undefined) return { text: flag, where: `--${flagOf(name)}` };
  const variable = sources.environment[environmentOf(name)];
  if (variable) return { text: variable, where: environmentOf(name) };
  const entry = file.values[name];
  return entry === undefined
    ? undefined
    : { text: typeof entry === "string" ? entry : JSON.stringify(entry), where: `"${name}" in ${file.path}` };
}

function parse(name: SettingName, origin: Origin): unknown {
  try {
    return SETTINGS[name].parse(origin.text);
  } catch (error) {
    const shown = "secret" in SETTINGS[name] ? "has a value that" : "";
    const reason = error instanceof Error ? error.message : String(error);
    throw new TramontaneError("config_invalid", `${origin.where} ${shown} ${reason}`.replaceAll(/ +/g, " "), {
      field: name,
    });
  }
}

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function readConfigFile(path: string, mustExist: boolean): ConfigFile {
  if (!mustExist && !existsSync(path)) return { path, values: {} };
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TramontaneError("config_invalid", `The configuration file ${path} cannot be read as JSON: ${reason}`);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new TramontaneError("config_invalid", `The configuration file ${path} must hold a JSON object`);
  }
  const stranger = Object.keys(values).find((key) => !NAMES.some((name) => name === key));
  if (stranger !== undefined) throw unknownSetting(`"${stranger}" in ${path}`, nearest(stranger, NAMES));
  return { path, values: values as Record<string, unknown> };
}

/** Variables that belong to the set-up and to tests, not to the server. */
const OTHER_VARIABLES = ["TRAMONTANE_CONFIG", "TRAMONTANE_TEST_DATA"];

function refuseUnknownEnvironment(environment: ConfigSources["environment"]): void {
  const known = [...NAMES.map(environmentOf), ...OTHER_VARIABLES];
  const stranger = Object.keys(environment).find((key) => key.startsWith("TRAMONTANE_") && !known.includes(key));
  if (stranger !== undefined) throw unknownSetting(`The environment variable ${stranger}`, nearest(stranger, known));
}

export function unknownSetting(what: string, suggestion: string | undefined): TramontaneError {
  const hint =
    suggestion === undefined ? "See `tramontane serve --help` for all settings." : `Did you mean ${suggestion}?`;
  return new TramontaneError("config_invalid", `${what} is not a setting. ${hint}`, { hint });
}

function defaultDataDir(environment: ConfigSources["environment"]): string {
  const base = environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
  return join(base, "tramontane");
}
