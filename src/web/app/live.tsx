import { createContext, use } from "react";
import type { LiveEvents } from "../live/live-events.ts";
import type { RunStore } from "../live/run-store.ts";
import type { ThreadStore } from "../live/thread-store.ts";
import type { Highlighter } from "../markdown/highlighter.ts";

/** What whoever is signed in follows: made when they come in, forgotten when they leave. */
export interface LiveParts {
  readonly live: LiveEvents;
  readonly runs: RunStore;
  readonly threads: ThreadStore;
  readonly highlighter: Highlighter;
}

export const LiveContext = createContext<LiveParts | undefined>(undefined);

export function useLive(): LiveParts {
  const parts = use(LiveContext);
  if (!parts) throw new Error("useLive outside the pages behind the sign-in");
  return parts;
}
