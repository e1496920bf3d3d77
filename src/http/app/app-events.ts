import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Chats, ChatUser } from "#platform";

const HEARTBEAT_MS = 15_000;
/** A reader this far behind is cut off; it reconnects and gets a snapshot. */
const UNREAD_BYTES_LIMIT = 4 * 1024 * 1024;

export interface AppEventsParts {
  readonly chats: Chats;
  readonly userOf: (request: FastifyRequest) => ChatUser;
}

/** `GET /api/events`: everything that happens in the user's chats, as server-sent events whose ids survive reconnection. */
export function registerAppEvents(app: FastifyInstance, { chats, userOf }: AppEventsParts): void {
  const open = new Set<ServerResponse>();
  app.addHook("preClose", async () => {
    for (const response of open) response.end();
  });

  app.get("/api/events", async (request, reply) => {
    const user = userOf(request);
    const response = reply.raw;
    reply.hijack();
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write("retry: 1000\n\n");
    open.add(response);
    const lastId = lastSeen(request);
    const leave = chats.watch(user, lastId, ({ id, event }) => {
      response.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
      if (response.writableLength > UNREAD_BYTES_LIMIT) response.destroy();
    });
    const heartbeat = setInterval(() => response.write(": alive\n\n"), HEARTBEAT_MS);
    response.on("close", () => {
      clearInterval(heartbeat);
      open.delete(response);
      leave();
    });
  });
}

/** The browser sends the header when it reconnects by itself; a tab that was hidden opens a new stream and uses the query. */
function lastSeen(request: FastifyRequest): string | undefined {
  const header = request.headers["last-event-id"];
  const { after } = request.query as { after?: unknown };
  const id = typeof header === "string" && header !== "" ? header : after;
  return typeof id === "string" && id !== "" ? id : undefined;
}
