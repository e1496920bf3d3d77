import { useCallback, useSyncExternalStore } from "react";
import type { ThreadMessage } from "#protocol";
import { useServices } from "../app/services.tsx";
import type { RunState } from "../live/run-store.ts";

/** The text of a running answer; before its first snapshot, what the message itself brought. */
export function useRun(message: ThreadMessage): RunState {
  const { runs } = useServices();
  const runId = message.runId ?? "";
  const state = useSyncExternalStore(
    useCallback((reader: () => void) => runs.subscribe(runId, reader), [runs, runId]),
    useCallback(() => runs.get(runId), [runs, runId]),
  );
  return state.text.length >= message.content.length ? state : { ...state, text: message.content };
}
