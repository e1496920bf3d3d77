import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import { SESSION_DAYS } from "#platform";
import type { AppSessions, SignedIn } from "#platform";
import type { AppUser } from "#protocol";
import { presentedKeys } from "../authenticate.ts";
import type { Authenticate } from "../authenticate.ts";

const COOKIE = "tramontane_session";

/** A header that no form and no foreign page can send without our consent (it forces a CORS preflight, which we never grant). */
export const CSRF_HEADER = "x-tramontane-app";

export const sessionToken = (headers: IncomingHttpHeaders): string | undefined => cookieOf(headers, COOKIE);

export function cookieOf(headers: IncomingHttpHeaders, wanted: string): string | undefined {
  if (headers.cookie === undefined) return undefined;
  for (const part of headers.cookie.split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === wanted && value) return value;
  }
  return undefined;
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string | undefined): void {
  const secure = request.protocol === "https" ? "; Secure" : "";
  const maxAge = token === undefined ? 0 : SESSION_DAYS * 86_400;
  reply.header("set-cookie", `${COOKIE}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`);
}

/** Errors: `unauthorized` without a session that holds. */
export async function requireSession(sessions: AppSessions, headers: IncomingHttpHeaders): Promise<SignedIn> {
  const token = sessionToken(headers);
  const signedIn = token === undefined ? undefined : await sessions.find(token);
  if (!signedIn) throw new TramontaneError("unauthorized", "Sign in first.");
  return signedIn;
}

/** Errors: `forbidden` for a change that another site may have caused. */
export function refuseForeignChange({ method, headers }: FastifyRequest): void {
  if (method === "GET" || method === "HEAD" || isFromOwnPage(headers)) return;
  throw new TramontaneError(
    "forbidden",
    `A change needs the header ${CSRF_HEADER} and must come from this site's own pages.`,
  );
}

/**
 * Lets the app's pages use the whole API as whoever is signed in. A key in the request comes first; a cookie alone opens
 * nothing, because another site could make the browser send it.
 */
export function withSessions(authenticate: Authenticate, sessions: AppSessions): Authenticate {
  return (headers) => {
    if (sessionToken(headers) === undefined || presentedKeys(headers).length > 0 || !isFromOwnPage(headers))
      return authenticate(headers);
    return requireSession(sessions, headers).then(({ caller }) => caller);
  };
}

function isFromOwnPage({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  return headers[CSRF_HEADER] !== undefined && (origin === undefined || hostOf(origin) === host);
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Who is signed in, as the app sees them; and where the console is, when it is not here. */
export function viewSession({ user }: SignedIn, consolePort: number | undefined): { readonly user: AppUser } {
  return { user: consolePort === undefined ? user : { ...user, consolePort } };
}
