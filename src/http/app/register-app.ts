import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { redactSecrets, TramontaneError } from "#base";
import type { ErrorCode, Logger } from "#base";
import type { Activity, AppSessions, Chats, Contacts, ChatUser, ProviderSignIn, Setup, SignedIn } from "#platform";
import { signInBody } from "#protocol";
import { registerAppEvents } from "./app-events.ts";
import { registerAppPages } from "./app-pages.ts";
import { registerAttachments } from "./attachments.ts";
import { browserName } from "./browser-name.ts";
import { registerChatRoutes } from "./chat-routes.ts";
import { refuseForeignChange, requireSession, sessionToken, setSessionCookie, viewSession } from "./guard.ts";
import { registerSessionRoutes } from "./session-routes.ts";
import { registerSetup } from "./setup.ts";
import { registerProviderSignIn } from "./provider-sign-in.ts";
import { parseInput } from "./parse-input.ts";

export interface AppParts {
  readonly chats: Chats;
  readonly sessions: AppSessions;
  readonly setup: Setup;
  readonly contacts: Contacts;
  readonly activity: Activity;
  /** Folder of the built web app. */
  readonly webRoot: string;
  /** Where the console is, when the admin API has a port of its own and this is not it. */
  readonly consolePort?: number | undefined;
  /** Signing in at an OpenID provider. */
  readonly providerSignIn?: ProviderSignIn | undefined;
  readonly logger: Logger;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  rate_limited: 429,
  overloaded: 429,
  engine_unavailable: 503,
  internal: 500,
};

/** Adds the web app and its own API (`/api/*`) to a server: one scope, with its own guard and its own error bodies. */
export function registerApp(server: FastifyInstance, parts: AppParts): void {
  const sessions = new WeakMap<FastifyRequest, SignedIn>();
  const userOf = (request: FastifyRequest): ChatUser => {
    const signedIn = sessions.get(request);
    if (!signedIn) throw new TramontaneError("unauthorized", "Sign in first.");
    return { workspaceId: signedIn.user.workspaceId, userId: signedIn.user.id, caller: signedIn.caller };
  };

  void server.register(async (app) => {
    // Made for programs of other sites; the app answers its own pages alone.
    app.addHook("onRequest", async (_request, reply) => {
      for (const name of Object.keys(reply.getHeaders()))
        if (name.startsWith("access-control-")) reply.removeHeader(name);
    });
    app.setErrorHandler((error: Error, _request, reply) => sendError(error, reply, parts.logger));
    registerAppPages(app, parts.webRoot);
    if (parts.providerSignIn) registerProviderSignIn(app, parts.providerSignIn, parts.sessions);

    await app.register(async (api) => {
      api.addHook("onRequest", async (request, reply) => {
        reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
        refuseForeignChange(request);
      });
      registerSession(api, parts);
      // What the sign-in page may offer to a stranger.
      api.get("/api/sign-in", async () => ({
        provider: parts.providerSignIn !== undefined,
        setup: await parts.setup.isNeeded(),
      }));

      await api.register(async (signedIn) => {
        signedIn.addHook("onRequest", async (request) => {
          sessions.set(request, await requireSession(parts.sessions, request.headers));
        });
        registerSetup(signedIn, { ...parts, callerOf: (request) => userOf(request).caller });
        registerChatRoutes(signedIn, { chats: parts.chats, userOf });
        registerAttachments(signedIn);
        registerSessionRoutes(signedIn, parts);
        signedIn.get("/api/administrators", async (request) => ({
          administrators: await parts.contacts.administratorsOf(userOf(request).caller),
        }));
        registerAppEvents(signedIn, { ...parts, userOf });
      });
    });
  });
}

function registerSession(api: FastifyInstance, { sessions, consolePort }: AppParts): void {
  api.get("/api/session", async (request) => viewSession(await requireSession(sessions, request.headers), consolePort));
  api.post("/api/session", async (request, reply) => {
    const { key } = parseInput(signInBody, request.body);
    const session = await sessions.signIn(key, browserName(request.headers["user-agent"]));
    if (!session) throw new TramontaneError("unauthorized", "This key opens nothing here.");
    setSessionCookie(request, reply, session.token);
    return reply.status(201).send(viewSession(session.signedIn, consolePort));
  });
  api.delete("/api/session", async (request, reply) => {
    const token = sessionToken(request.headers);
    if (token !== undefined) await sessions.signOut(token);
    setSessionCookie(request, reply, undefined);
    return reply.status(204).send();
  });
}

function sendError(error: Error, reply: FastifyReply, logger: Logger): FastifyReply {
  if (error instanceof TramontaneError) {
    const { code, message, field, hint, details } = error;
    return reply.status(STATUS[code] ?? 400).send({ error: { code, message, field, hint, details } });
  }
  const status = (error as FastifyError).statusCode ?? 500;
  if (status < 500) {
    const code: ErrorCode = status === 413 ? "payload_too_large" : "invalid_request";
    return reply.status(status).send({ error: { code, message: redactSecrets(error.message) } });
  }
  logger.log("error", "app_request_failed", { reason: redactSecrets(error.message) });
  return reply.status(500).send({ error: { code: "internal", message: "Something failed inside the server." } });
}
