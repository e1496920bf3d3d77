import { useCallback, useSyncExternalStore } from "react";
import type { ThreadMessage } from "#protocol";
import { useLive } from "../app/live.tsx";
import type { RunState } from "../live/run-store.ts";

/** The text of a running answer; before its first snapshot, what the message itself brought. */
export function useRun(message: ThreadMessage): RunState {
  const { runs } = useLive();
  const runId = message.runId ?? "";
  const state = useSyncExternalStore(
    useCallback((reader: () => void) => runs.subscribe(runId, reader), [runs, runId]),
    useCallback(() => runs.get(runId), [runs, runId]),
  );
  return state.text.length >= message.content.length ? state : { ...state, text: message.content };
}
