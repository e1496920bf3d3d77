import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { TramontaneError } from "#base";
import type { AppSessions } from "#platform";
import { enterWorkspaceBody } from "#protocol";
import { sessionToken, setSessionCookie, viewSession } from "./guard.ts";
import { parseInput } from "./parse-input.ts";

const idParams = z.object({ id: z.string().max(64) });

/** The sessions of whoever is signed in: in which workspace this one is, which browsers there are, and ending them. */
export function registerSessionRoutes(
  app: FastifyInstance,
  { sessions, consolePort }: { readonly sessions: AppSessions; readonly consolePort?: number | undefined },
): void {
  app.get("/api/workspaces", async ({ headers }) => ({
    workspaces: await sessions.workspaces(sessionToken(headers)!),
  }));
  app.put("/api/session/workspace", async ({ headers, body }) => {
    const { workspaceId } = parseInput(enterWorkspaceBody, body);
    const signedIn = await sessions.enter(sessionToken(headers)!, workspaceId);
    if (!signedIn) throw new TramontaneError("not_found", `There is no workspace ${JSON.stringify(workspaceId)} here.`);
    return viewSession(signedIn, consolePort);
  });
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
