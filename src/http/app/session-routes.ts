import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { TramontaneError } from "#base";
import type { AppSessions } from "#platform";
import { sessionToken, setSessionCookie } from "./guard.ts";
import { parseInput } from "./parse-input.ts";

const idParams = z.object({ id: z.string().max(64) });

/** The sessions of whoever is signed in: which browsers, and ending them. */
export function registerSessionRoutes(app: FastifyInstance, sessions: AppSessions): void {
  app.get("/api/sessions", async ({ headers }) => ({ sessions: await sessions.list(sessionToken(headers)!) }));
  app.delete("/api/sessions", async ({ headers }, reply) => {
    await sessions.endOthers(sessionToken(headers)!);
    return reply.status(204).send();
  });
  app.delete("/api/sessions/:id", async (request, reply) => {
    const { id } = parseInput(idParams, request.params);
    const ended = await sessions.end(sessionToken(request.headers)!, id);
    if (!ended) throw new TramontaneError("not_found", `There is no session ${JSON.stringify(id)} here.`);
    if (ended.isCurrent) setSessionCookie(request, reply, undefined);
    return reply.status(204).send();
  });
}
