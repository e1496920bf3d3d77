import type { FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import { SESSION_DAYS } from "#platform";
import type { AppSessions, SignedIn } from "#platform";

const COOKIE = "tramontane_session";

/** A header that no form and no foreign page can send without our consent (it forces a CORS preflight, which we never grant). */
export const CSRF_HEADER = "x-tramontane-app";

export function sessionToken(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE && value) return value;
  }
  return undefined;
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string | undefined): void {
  const secure = request.protocol === "https" ? "; Secure" : "";
  const maxAge = token === undefined ? 0 : SESSION_DAYS * 86_400;
  reply.header("set-cookie", `${COOKIE}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`);
}

/** Errors: `unauthorized` without a session that holds. */
export async function requireSession(sessions: AppSessions, request: FastifyRequest): Promise<SignedIn> {
  const token = sessionToken(request);
  const signedIn = token === undefined ? undefined : await sessions.find(token);
  if (!signedIn) throw new TramontaneError("unauthorized", "Sign in first.");
  return signedIn;
}

/** Errors: `forbidden` for a change that another site may have caused. */
export function refuseForeignChange(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const { origin, host } = request.headers;
  const isForeign = origin !== undefined && hostOf(origin) !== host;
  if (isForeign || request.headers[CSRF_HEADER] === undefined) {
    throw new TramontaneError(
      "forbidden",
      `A change needs the header ${CSRF_HEADER} and must come from this site's own pages.`,
    );
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
