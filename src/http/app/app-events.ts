import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AppEvent, JobView } from "#protocol";
import type { Activity, Chats, ChatUser } from "#platform";

const HEARTBEAT_MS = 15_000;
/** How often the jobs are looked at: while one runs, and otherwise. */
const BUSY_MS = 1000;
const QUIET_MS = 3000;
/** A reader this far behind is cut off; it reconnects and gets a snapshot. */
const UNREAD_BYTES_LIMIT = 4 * 1024 * 1024;

export interface AppEventsParts {
  readonly chats: Chats;
  readonly activity: Activity;
  readonly userOf: (request: FastifyRequest) => ChatUser;
}

/** `GET /api/events`: everything that happens in the user's chats, as server-sent events whose ids survive reconnection. */
export function registerAppEvents(app: FastifyInstance, { chats, activity, userOf }: AppEventsParts): void {
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
    const unfollow = followJobs(
      () => activity.of(user.caller),
      // Without an id: the position in the feed stays what it was.
      (jobs) => response.write(`data: ${JSON.stringify({ type: "jobs", jobs } satisfies AppEvent)}\n\n`),
    );
    response.on("close", () => {
      unfollow();
      clearInterval(heartbeat);
      open.delete(response);
      leave();
    });
  });
}

/** Tells of the jobs now and after every change, until the returned function is called. */
function followJobs(read: () => Promise<readonly JobView[]>, tell: (jobs: readonly JobView[]) => void): () => void {
  let told = "[]";
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    // A store that cannot be reached is asked again.
    const jobs = await read().catch(() => undefined);
    if (isOver) return;
    const text = JSON.stringify(jobs ?? JSON.parse(told));
    if (jobs && text !== told) tell(jobs);
    told = text;
    const isBusy = jobs?.some(({ state }) => state === "running") === true;
    timer = setTimeout(() => void look(), isBusy ? BUSY_MS : QUIET_MS).unref();
  };
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The browser sends the header when it reconnects by itself; a tab that was hidden opens a new stream and uses the query. */
function lastSeen(request: FastifyRequest): string | undefined {
  const header = request.headers["last-event-id"];
  const { after } = request.query as { after?: unknown };
  const id = typeof header === "string" && header !== "" ? header : after;
  return typeof id === "string" && id !== "" ? id : undefined;
}
