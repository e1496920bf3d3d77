import { TramontaneError } from "#base";

/** What an engine's refusal means: for our client, and for the engine. */
export interface EngineRefusal {
  readonly error: TramontaneError;
  /**
   * `request`: it would be refused elsewhere too, and says nothing about the engine. `engine`: it has failed, or has too much to
   * do. `setup`: it cannot be used as we are set up, whoever asks; `reason` is for our operator.
   */
  readonly blame: "request" | "engine" | "setup";
  readonly reason?: string;
}

interface Refused {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body. */
  readonly text: string;
  readonly host: string;
  /** The model's name there. */
  readonly model: string;
  readonly hasKey: boolean;
}

const LONGEST_MESSAGE = 500;
/** How those who refuse a text with 403 name it. Any other 403 is about the key. */
const ABOUT_THE_TEXT = /policy|guardrail|moderation|content|safety/i;

/** The rule table of docs/how-to/use-remote-engines.md. The engine's words are passed on only when they are about the request. */
export function readRefusal(refused: Refused): EngineRefusal {
  const { status, retryAfter, text, host } = refused;
  const { message, names } = readBody(text);
  if (status === 400 || status === 413 || status === 422) {
    const error = new TramontaneError("invalid_request", message ?? "The remote engine refuses this request.");
    return { error, blame: "request" };
  }
  if (status === 403 && names.some((name) => ABOUT_THE_TEXT.test(name))) {
    return {
      error: new TramontaneError("forbidden", message ?? "The remote engine refuses this text."),
      blame: "request",
    };
  }
  if (status === 429) {
    const seconds = Number(retryAfter);
    const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000;
    const told = `The remote engine ${host} has too much to do.`;
    return { error: new TramontaneError("overloaded", told, { details: { retryAfterMs } }), blame: "engine" };
  }
  const reason = setupProblem(refused);
  if (reason === undefined) {
    const told = `The remote engine ${host} answers with status ${status}.`;
    return { error: new TramontaneError("engine_unavailable", told), blame: "engine" };
  }
  // Never the engine's own 401 or 404: our client's key and request are well.
  const told = `The remote engine ${host} cannot be used as this server is set up.`;
  const hint = "Whoever runs this server finds the reason in its log and under /admin/v1/engines.";
  return { error: new TramontaneError("engine_unavailable", told, { hint }), blame: "setup", reason };
}

function setupProblem({ status, model, hasKey }: Refused): string | undefined {
  const said = `It answers ${status}:`;
  if (status === 401)
    return hasKey ? `${said} it does not accept our key.` : `${said} it wants a key; \`key_variable\` names none.`;
  if (status === 402) return `${said} our account there has run out of money.`;
  if (status === 403) return `${said} our key may not use the model "${model}" there.`;
  if (status === 404 || status === 405) return `${said} it has no model "${model}", or its address is wrong.`;
  if (status >= 300 && status < 400) return `${said} it has moved; its address is wrong.`;
  return undefined;
}

/** The message of an error body, and what it names the error. */
function readBody(text: string): { readonly message: string | undefined; readonly names: readonly string[] } {
  try {
    const body = JSON.parse(text) as WireError & { error?: WireError };
    const message = body.error?.message ?? body.message;
    const names = [body.type, body.code, body.error?.type, body.error?.code];
    return {
      message: typeof message === "string" ? message.slice(0, LONGEST_MESSAGE) : undefined,
      names: names.filter((name) => typeof name === "string"),
    };
  } catch {
    return { message: undefined, names: [] };
  }
}

interface WireError {
  readonly message?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
}
