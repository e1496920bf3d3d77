/** Whose habits a client has. It changes names and endings only: an answer is right in every dialect. */
export type Dialect = "mistral" | "openai" | "azure";

export interface DialectClues {
  readonly path: string;
  readonly hasApiVersion: boolean;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Tells a client's dialect from where it knocks and what it says of itself; Mistral's when in doubt. */
export function detectDialect({ path, hasApiVersion, headers }: DialectClues): Dialect {
  const asked = String(headers["x-tramontane-dialect"] ?? "").toLowerCase();
  if (asked === "mistral" || asked === "openai" || asked === "azure") return asked;
  if (path.startsWith("/openai/")) return "openai";
  const agent = String(headers["user-agent"] ?? "").toLowerCase();
  if (/^\/(v1\/)?models\/(chat|embeddings|info)/.test(path) || hasApiVersion || agent.includes("azsdk-js"))
    return "azure";
  if (/mistral/.test(agent) || headers["x-mistral-user-agent"] !== undefined) return "mistral";
  if (agent.startsWith("openai/") || agent.includes("ai-sdk/openai")) return "openai";
  for (const name in headers) if (name.startsWith("x-stainless-")) return "openai";
  return "mistral";
}
