import { TramontaneError } from "#base";

export const ENDPOINT_KINDS = ["openai", "mistral", "vllm", "llama-server", "azure", "tramontane"] as const;

/** Whose dialect an endpoint speaks. All take OpenAI's chat completions; they differ in a few fields. */
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

export interface EndpointSpec {
  readonly kind: EndpointKind;
  /** Up to and with `/v1`. */
  readonly url: URL;
  readonly apiKey: string | undefined;
  /** Share of the requests, relative to the other endpoints. */
  readonly weight: number;
  /** Requests it is given at once; the others wait here, where turns are fair. */
  readonly maxInFlight: number;
  /** Whether the address may be of this machine or a private network. */
  readonly allowPrivate: boolean;
  /** Path that is asked every few seconds whether the server is there; undefined: only requests tell. */
  readonly healthPath: string | undefined;
  /** How long a streamed answer's first words may take, milliseconds. */
  readonly firstWordsMs: number;
}

/** A model that runs on other servers. */
export interface RemoteModelSpec {
  /** Its name here. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Its name there. */
  readonly model: string;
  readonly contextTokens: number;
  /** Every one of them serves the model. */
  readonly endpoints: readonly EndpointSpec[];
}

type Fields = Readonly<Record<string, unknown>>;

const MODEL_FIELDS = ["name", "aliases", "model", "context_tokens", "endpoints"];
const ENDPOINT_FIELDS = [
  "kind",
  "url",
  "key_variable",
  "weight",
  "max_in_flight",
  "allow_private",
  "health",
  "first_words_seconds",
];
/** Hosted services have none, and count every question. */
const HEALTH_PATHS: Partial<Record<EndpointKind, string>> = {
  vllm: "/health",
  "llama-server": "/health",
  tramontane: "/healthz",
};
/** An engine may queue, and work through a long prompt first. */
const USUAL_FIRST_WORDS_SECONDS = 120;
const USUAL_IN_FLIGHT = 256;
const USUAL_CONTEXT_TOKENS = 32_768;

/**
 * Reads the list of remote models from JSON, as `docs/how-to/use-remote-engines.md` describes it. Keys are named by their
 * environment variable, so that no secret stands in a file. Errors: `config_invalid`, naming the place.
 */
export function parseRemoteModels(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): RemoteModelSpec[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw invalid("remoteModels", "must be a JSON list", error);
  }
  return asList(list, "remoteModels").map((item, i) => readModel(item, `remoteModels[${i}]`, environment));
}

function readModel(
  item: unknown,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): RemoteModelSpec {
  const fields = asFields(item, where, MODEL_FIELDS);
  const name = asText(fields["name"], `${where}.name`);
  const endpoints = asList(fields["endpoints"], `${where}.endpoints`).map((endpoint, i) =>
    readEndpoint(endpoint, `${where}.endpoints[${i}]`, environment),
  );
  if (endpoints.length === 0) throw invalid(`${where}.endpoints`, "must name at least one endpoint");
  return {
    name,
    aliases: asList(fields["aliases"] ?? [], `${where}.aliases`).map((alias, i) =>
      asText(alias, `${where}.aliases[${i}]`),
    ),
    model: asText(fields["model"] ?? name, `${where}.model`),
    contextTokens: asPositive(fields["context_tokens"] ?? USUAL_CONTEXT_TOKENS, `${where}.context_tokens`),
    endpoints,
  };
}

function readEndpoint(
  item: unknown,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): EndpointSpec {
  const fields = asFields(item, where, ENDPOINT_FIELDS);
  const kind = ENDPOINT_KINDS.find((known) => known === (fields["kind"] ?? "openai"));
  if (kind === undefined) throw invalid(`${where}.kind`, `must be one of ${ENDPOINT_KINDS.join(", ")}`);
  const variable =
    fields["key_variable"] === undefined ? undefined : asText(fields["key_variable"], `${where}.key_variable`);
  const apiKey = variable === undefined ? undefined : environment[variable];
  if (variable !== undefined && !apiKey) throw invalid(`${where}.key_variable`, `names ${variable}, which is not set`);
  return {
    kind,
    url: asUrl(fields["url"], `${where}.url`),
    apiKey,
    weight: asPositive(fields["weight"] ?? 1, `${where}.weight`),
    maxInFlight: Math.ceil(asPositive(fields["max_in_flight"] ?? USUAL_IN_FLIGHT, `${where}.max_in_flight`)),
    allowPrivate: fields["allow_private"] === true,
    healthPath: asHealthPath(fields["health"] ?? HEALTH_PATHS[kind] ?? false, `${where}.health`),
    firstWordsMs:
      1000 * asPositive(fields["first_words_seconds"] ?? USUAL_FIRST_WORDS_SECONDS, `${where}.first_words_seconds`),
  };
}

function asHealthPath(value: unknown, where: string): string | undefined {
  if (value === false) return undefined;
  if (typeof value === "string" && value.startsWith("/")) return value;
  throw invalid(where, "must be a path such as /health, or false");
}

function asUrl(value: unknown, where: string): URL {
  const text = asText(value, where);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:"].includes(url.protocol) && url.username === "") return url;
  throw invalid(where, "must be an http or https address without a password in it");
}

function asFields(value: unknown, where: string, known: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(where, "must be an object");
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) throw invalid(`${where}.${stranger}`, `is not known; there are ${known.join(", ")}`);
  return value as Fields;
}

function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(where, "must be a list");
}

function asText(value: unknown, where: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(where, "must be a text");
}

function asPositive(value: unknown, where: string): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw invalid(where, "must be a positive number");
}

function invalid(field: string, problem: string, cause?: unknown): TramontaneError {
  return new TramontaneError("config_invalid", `${field} ${problem}.`, { field, cause });
}
