import { readFileSync } from "node:fs";
import { TramontaneError } from "#base";
import { flagOf } from "../settings.ts";
import type { AdminAction } from "./actions.ts";
import { FIELDS } from "./fields.ts";
import type { FieldName } from "./fields.ts";

/** What an action asks of the server. */
export interface AdminRequest {
  readonly method: AdminAction["method"];
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Undefined: the door takes none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Options of all actions, beside the fields of each. */
export const COMMON_OPTIONS = ["organization", "server", "json", "file"] as const;

/** A field's option: `tokensPerMinute` of `tokens_per_minute`, and so `--tokens-per-minute`. */
export const optionOf = (field: string): string => field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Errors: `config_invalid` for an operand too many or too few, an option that the action does not take, and bad values. */
export function adminRequest(
  action: AdminAction,
  operands: readonly string[],
  options: Readonly<Record<string, string | undefined>>,
): AdminRequest {
  const names = action.operands ?? [];
  if (operands.length !== names.length)
    throw invalid(`Say: ${usageOf(action)}.${operands.length > names.length ? " Quote what has spaces in it." : ""}`);
  refuseOthers(action, options);
  const given = new Map<FieldName, string>();
  let { path } = action;
  for (const [i, name] of names.entries()) {
    const inPath = path.replace(`/:${name}`, `/${encodeURIComponent(operands[i]!)}`);
    if (inPath === path && name !== "id" && name !== "user") given.set(name, operands[i]!);
    path = inPath;
  }
  for (const name of fieldsOf(action)) {
    const text = options[optionOf(name)];
    if (text !== undefined) given.set(name, text);
  }
  const hasBody = action.method !== "GET" && action.method !== "DELETE";
  const query: Record<string, string> = {};
  const body: Record<string, unknown> = { ...readFile(options["file"]), ...action.fixed };
  for (const [name, text] of given) {
    const value = FIELDS[name].read(text, `--${flagOf(optionOf(name))}`);
    if (hasBody && !action.query?.includes(name)) body[name] = value;
    else query[name] = String(value);
  }
  const { organization } = options;
  if (organization !== undefined) query["organization_id"] = organization;
  return { method: action.method, path, query, body: hasBody ? body : undefined };
}

/** Its options, without the common ones. */
export const fieldsOf = ({ fields = [], query = [], operands = [] }: AdminAction): readonly FieldName[] =>
  [...new Set([...fields, ...query])].filter((name) => !operands.includes(name));

/** How it is called. */
export function usageOf(action: AdminAction): string {
  const operands = (action.operands ?? []).map((name) => name.replace("organization_", "").toUpperCase());
  return ["tramontane admin", action.name, ...operands, ...(action.takesFile ? ["--file FILE"] : [])].join(" ");
}

function refuseOthers(action: AdminAction, options: Readonly<Record<string, string | undefined>>): void {
  const common = COMMON_OPTIONS.filter((name) => name !== "file" || action.takesFile);
  const known: readonly string[] = [...common, ...fieldsOf(action).map(optionOf)];
  const stray = Object.keys(options).find((name) => !known.includes(name));
  if (stray === undefined) return;
  const hint = `It takes ${known.map((name) => `--${flagOf(name)}`).join(", ")}.`;
  throw invalid(`\`${action.name}\` does not take --${flagOf(stray)}. ${hint}`);
}

/** The JSON of a file; `-` is standard input. */
function readFile(path: string | undefined): Readonly<Record<string, unknown>> {
  if (path === undefined) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(path === "-" ? 0 : path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw invalid(`--file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw invalid(`--file ${path} must hold one JSON object`);
}

const invalid = (message: string): TramontaneError => new TramontaneError("config_invalid", message);
