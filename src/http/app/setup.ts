import type { FastifyInstance, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";
import { requireScope } from "#platform";
import type { AppSessions, Caller, Setup } from "#platform";
import { setupBody } from "#protocol";
import { browserName } from "./browser-name.ts";
import { sessionToken, setSessionCookie, viewSession } from "./guard.ts";
import { parseInput } from "./parse-input.ts";

interface SetupParts {
  readonly setup: Setup;
  readonly sessions: AppSessions;
  readonly consolePort?: number | undefined;
  readonly callerOf: (request: FastifyRequest) => Caller;
}

/**
 * `POST /api/setup`: whoever came in with the start key, or by the link in the terminal, makes the account that owns this
 * installation. Coming from this machine is not enough: behind a proxy everybody does.
 */
export function registerSetup(app: FastifyInstance, { setup, sessions, consolePort, callerOf }: SetupParts): void {
  app.post("/api/setup", async (request, reply) => {
    requireScope(callerOf(request), "operator");
    const secret = await setup.createOwner(parseInput(setupBody, request.body));
    const session = await sessions.signIn(secret, browserName(request.headers["user-agent"]));
    if (!session) throw new TramontaneError("unauthorized", "Nobody was signed in.");
    // The session that was opened with the key ends here; the account has one of its own.
    const before = sessionToken(request.headers);
    if (before !== undefined) await sessions.signOut(before);
    setSessionCookie(request, reply, session.token);
    return reply.status(201).send(viewSession(session.signedIn, consolePort));
  });
}
