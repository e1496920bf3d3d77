/** One setting: where it may be given (flag, environment, file), how it is read, and what it is when nobody gives it. */
export interface Setting<T> {
  readonly summary: string;
  /** Shown in help for the value, such as PORT. */
  readonly placeholder: string;
  /** Shown for the default when it is computed. */
  readonly defaultText?: string;
  readonly secret?: boolean;
  /** Throws a sentence that completes "<setting> …" when the text is not acceptable. */
  readonly parse: (text: string) => T;
  readonly fallback: T;
}

const text = (value: string): string => value;

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Error(`must be a whole number from ${least} to ${most}, not "${value}"`);
    }
    return number;
  };
}

function oneOf<const T extends string>(...choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new Error(`must be one of ${choices.join(", ")}, not "${value}"`);
    return found;
  };
}

const optional =
  <T>(parse: (value: string) => T) =>
  (value: string): T | undefined =>
    parse(value);

function webAddress(value: string): URL {
  if (/^https?:/.test(value) && URL.canParse(value)) return new URL(value);
  throw new Error("must be an http or https address");
}

const setting = <T>(parts: Setting<T>): Setting<T> => parts;

/** Every setting of the product. `docs/reference/configuration.md` is held equal to this table by a test. */
export const SETTINGS = {
  host: setting({ summary: "Address to listen on.", placeholder: "ADDRESS", parse: text, fallback: "127.0.0.1" }),
  port: setting({
    summary: "Port to listen on; 0 picks a free one.",
    placeholder: "PORT",
    parse: wholeNumber(0, 65_535),
    fallback: 8420,
  }),
  adminPort: setting({
    summary:
      "Port of its own for the admin API (`/admin/v1`) and the console; the first keeps signing in; 0 picks one.",
    placeholder: "PORT",
    defaultText: "the same port",
    parse: optional(wholeNumber(0, 65_535)),
    fallback: undefined,
  }),
  adminHost: setting({
    summary: "Address that the admin port listens on.",
    placeholder: "ADDRESS",
    parse: text,
    fallback: "127.0.0.1",
  }),
  tlsCert: setting({
    summary: "PEM file of the certificate and its chain; with it and its key the server speaks HTTPS only.",
    placeholder: "FILE",
    defaultText: "plain HTTP",
    parse: optional(text),
    fallback: undefined,
  }),
  tlsKey: setting({
    summary: "PEM file of the certificate's private key, without a passphrase.",
    placeholder: "FILE",
    defaultText: "none",
    parse: optional(text),
    fallback: undefined,
  }),
  dataDir: setting({
    summary: "Folder for everything the server keeps.",
    placeholder: "FOLDER",
    defaultText: "~/.local/share/tramontane (or $XDG_DATA_HOME/tramontane)",
    parse: text,
    fallback: "",
  }),
  modelsDir: setting({
    summary: "Folder of pulled models (GGUF files), besides the shipped ones.",
    placeholder: "FOLDER",
    defaultText: "DATA_DIR/models",
    parse: text,
    fallback: "",
  }),
  apiKey: setting({
    summary: "The API key clients must send. Without it one is generated at first start.",
    placeholder: "KEY",
    defaultText: "generated",
    secret: true,
    parse: optional((value: string) => {
      if (value.length < 16) throw new Error("must have at least 16 characters");
      return value;
    }),
    fallback: undefined,
  }),
  defaultModel: setting({
    summary: "Model that answers when a request names none, and that /readyz waits for.",
    placeholder: "NAME",
    defaultText: "tramontane-small",
    parse: text,
    fallback: "tramontane-small",
  }),
  contextTokens: setting({
    summary: "Context window per conversation, in tokens.",
    placeholder: "TOKENS",
    defaultText: "what the model was trained for, as far as memory allows",
    parse: optional(wholeNumber(256, 1_048_576)),
    fallback: undefined,
  }),
  cacheTokens: setting({
    summary: "Size of the key-value cache of a model over all conversations, in tokens.",
    placeholder: "TOKENS",
    defaultText: "chosen from memory",
    parse: optional(wholeNumber(256, 16_777_216)),
    fallback: undefined,
  }),
  threads: setting({
    summary: "Compute threads per model.",
    placeholder: "COUNT",
    defaultText: "all cores, one less for small models, fewer while neighbours are busy",
    parse: optional(wholeNumber(1, 512)),
    fallback: undefined,
  }),
  modelMemoryBytes: setting({
    summary: "What all loaded models together may take, in bytes; idle ones make room.",
    placeholder: "BYTES",
    defaultText: "80 % of this machine's memory",
    parse: optional(wholeNumber(1_000_000, Number.MAX_SAFE_INTEGER)),
    fallback: undefined,
  }),
  modelIdleMs: setting({
    summary:
      "A model that nobody used for this long is unloaded, in milliseconds; 0 keeps all. The default model stays.",
    placeholder: "MS",
    parse: wholeNumber(0, 2_147_483_647),
    fallback: 600_000,
  }),
  databaseUrl: setting({
    summary: "A PostgreSQL 15 or newer to keep everything in.",
    placeholder: "URL",
    defaultText: "an embedded PostgreSQL in DATA_DIR",
    secret: true,
    parse: optional((value: string) => {
      if (!/^postgres(ql)?:\/\//.test(value)) throw new Error("must begin with postgres://");
      return value;
    }),
    fallback: undefined,
  }),
  rateStoreUrl: setting({
    summary: "A Valkey or Redis 7 in which several servers share the rates of limits.",
    placeholder: "URL",
    defaultText: "each server counts for itself",
    secret: true,
    parse: optional((value: string) => {
      if (!/^(redis|rediss|valkey):\/\//.test(value)) throw new Error("must begin with redis:// or rediss://");
      return value.replace(/^valkey:/, "redis:");
    }),
    fallback: undefined,
  }),
  drainTimeoutMs: setting({
    summary: "How long running answers may go on after SIGTERM, in milliseconds.",
    placeholder: "MS",
    parse: wholeNumber(0, 600_000),
    fallback: 10_000,
  }),
  queueTimeoutMs: setting({
    summary: "How long a request may wait for its start when a model has too much to do, in milliseconds.",
    placeholder: "MS",
    parse: wholeNumber(100, 3_600_000),
    fallback: 60_000,
  }),
  maxBodyBytes: setting({
    summary: "Largest JSON request body, in bytes.",
    placeholder: "BYTES",
    parse: wholeNumber(1024, 1_073_741_824),
    fallback: 33_554_432,
  }),
  unknownFields: setting<"reject" | "ignore">({
    summary: "What to do with unknown top-level request fields.",
    placeholder: "reject|ignore",
    parse: oneOf("reject", "ignore"),
    fallback: "reject",
  }),
  closeAnswers: setting<"when_possible" | "required" | "never">({
    summary:
      "What becomes of an answer of a form (JSON, calls, a grammar) when its tokens run out: it is brought to its end in time and cut where even the shortest is longer; brought to its end or refused; cut like free text. The header x-tramontane-close says it per request.",
    placeholder: "when_possible|required|never",
    parse: oneOf("when_possible", "required", "never"),
    fallback: "when_possible",
  }),
  remoteModels: setting({
    summary: "Models on other servers, as a JSON list; see the how-to page on remote engines.",
    placeholder: "JSON",
    defaultText: "none",
    parse: text,
    fallback: "[]",
  }),
  otlpUrl: setting({
    summary: "OpenTelemetry collector to send traces and metrics to (OTLP over HTTP), such as http://127.0.0.1:4318.",
    placeholder: "URL",
    defaultText: "none",
    parse: optional(webAddress),
    fallback: undefined,
  }),
  oidcIssuer: setting({
    summary: "OpenID provider that members sign in at, such as https://login.example.com.",
    placeholder: "URL",
    defaultText: "none",
    parse: optional(webAddress),
    fallback: undefined,
  }),
  oidcClientId: setting({
    summary: "This server's name at the OpenID provider.",
    placeholder: "ID",
    parse: text,
    fallback: "tramontane",
  }),
  oidcClientSecret: setting({
    summary: "This server's secret at the OpenID provider; without one it is a public client with PKCE.",
    placeholder: "SECRET",
    defaultText: "none",
    secret: true,
    parse: optional(text),
    fallback: undefined,
  }),
  publicUrl: setting({
    summary: "Where people reach this server, when it is not where it listens; the provider sends them back there.",
    placeholder: "URL",
    defaultText: "where it listens",
    parse: optional(webAddress),
    fallback: undefined,
  }),
  hubUrl: setting({
    summary: "Where `pull` finds models; pulls of the console reach no other internal address.",
    placeholder: "URL",
    defaultText: "https://huggingface.co",
    parse: webAddress,
    fallback: new URL("https://huggingface.co"),
  }),
  accessLog: setting<"on" | "off">({
    summary: "Whether each request is a line of the log: who, which door, how it ended, how long.",
    placeholder: "on|off",
    parse: oneOf("on", "off"),
    fallback: "off",
  }),
  logLevel: setting<"debug" | "info" | "warn" | "error">({
    summary: "Least important log lines to write.",
    placeholder: "LEVEL",
    parse: oneOf("debug", "info", "warn", "error"),
    fallback: "info",
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** `maxBodyBytes` → `max-body-bytes`. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `maxBodyBytes` → `TRAMONTANE_MAX_BODY_BYTES`. */
export const environmentOf = (name: string): string => `TRAMONTANE_${flagOf(name).replaceAll("-", "_").toUpperCase()}`;
