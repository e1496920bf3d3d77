import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { dispatchEvent } from "../live/dispatch.ts";
import { LiveEvents } from "../live/live-events.ts";
import { RunStore } from "../live/run-store.ts";
import { ThreadStore } from "../live/thread-store.ts";
import { Highlighter } from "../markdown/highlighter.ts";
import type { Api } from "./api.ts";
import { LiveContext } from "./live.tsx";
import type { LiveParts } from "./live.tsx";
import { SESSION, useSession } from "./queries.ts";
import { useServices } from "./services.tsx";

/** Pages behind the sign-in: sends strangers to /login, and keeps the event stream open. */
export function SignedIn() {
  const { api } = useServices();
  const { data: user, isError } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [parts] = useState(() => openLiveParts(api, queries));
  const isSignedIn = user !== undefined;

  useEffect(() => {
    if (isError && !queries.getQueryData(SESSION)) void navigate({ to: "/login", replace: true });
  }, [isError, navigate, queries]);
  const listener = user && `${user.workspaceId} ${user.id}`;
  useEffect(() => (listener === undefined ? undefined : parts.live.start(listener)), [listener, parts]);
  return (
    isSignedIn && (
      <LiveContext value={parts}>
        <Outlet />
      </LiveContext>
    )
  );
}

function openLiveParts(api: Api, queries: QueryClient): LiveParts {
  const runs = new RunStore((flush) => void requestAnimationFrame(flush));
  const threads = new ThreadStore((id, before, limit) => api.messages(id, before, limit));
  const live = new LiveEvents((event) => dispatchEvent(event, { runs, threads, queries }));
  return { live, runs, threads, highlighter: new Highlighter() };
}
