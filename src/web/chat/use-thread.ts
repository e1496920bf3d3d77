import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useLive } from "../app/live.tsx";
import type { Thread } from "../live/thread-store.ts";

/** The loaded part of a conversation; the first use loads its end. */
export function useThread(conversationId: string): Thread {
  const { threads } = useLive();
  useEffect(() => {
    if (!threads.has(conversationId)) void threads.load(conversationId);
  }, [threads, conversationId]);
  return useSyncExternalStore(
    threads.subscribe,
    useCallback(() => threads.get(conversationId), [threads, conversationId]),
  );
}
