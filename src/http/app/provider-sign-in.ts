import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import type { AppSessions, ProviderSignIn } from "#platform";
import { browserName } from "./browser-name.ts";
import { cookieOf, setSessionCookie } from "./guard.ts";

const FLOW_COOKIE = "tramontane_oidc";
const FLOW_SECONDS = 600;

/** The two doors of signing in at an OpenID provider: away to it, and back. */
export function registerProviderSignIn(app: FastifyInstance, signIn: ProviderSignIn, sessions: AppSessions): void {
  app.get("/auth/oidc", async (request, reply) => {
    const { url, flow } = await signIn.begin();
    setFlowCookie(request, reply, flow);
    return reply.header("cache-control", "no-store").redirect(url.href, 302);
  });
  app.get("/auth/oidc/callback", async (request, reply) => {
    const { search } = new URL(request.url, "http://app");
    reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer");
    const { token } = await signIn.finish(search, cookieOf(request.headers, FLOW_COOKIE));
    // A session of its own, whatever cookie the browser came with.
    const session = await sessions.signIn(token, browserName(request.headers["user-agent"]));
    if (!session) throw new TramontaneError("unauthorized", "Nobody was signed in.");
    setFlowCookie(request, reply, undefined);
    setSessionCookie(request, reply, session.token);
    return reply.redirect("/chat", 303);
  });
}

/** Lax, because the way back comes from another site; for these two doors only. */
function setFlowCookie(request: FastifyRequest, reply: FastifyReply, flow: string | undefined): void {
  const secure = request.protocol === "https" ? "; Secure" : "";
  const maxAge = flow === undefined ? 0 : FLOW_SECONDS;
  const cookie = `${FLOW_COOKIE}=${flow ?? ""}; Path=/auth/oidc; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
  reply.header("set-cookie", cookie);
}
