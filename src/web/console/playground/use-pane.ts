import { useCallback, useRef, useState } from "react";
import { useMay, useAdmin } from "../parts/use-admin.ts";
import { NO_ANSWER, withEvent } from "./answer.ts";
import type { PaneAnswer } from "./answer.ts";
import { readEvents } from "./read-events.ts";
import type { ChatRequestBody, WireMessage } from "./request.ts";

export interface Pane {
  readonly answer: PaneAnswer | undefined;
  /** What followed the draft in this pane: calls of functions and their results. */
  readonly more: readonly WireMessage[];
  readonly sent: ChatRequestBody | undefined;
  run(request: ChatRequestBody, more: readonly WireMessage[]): Promise<void>;
  stop(): void;
}

/** One model's side of the playground: sends, follows the stream, measures. */
export function usePane(): Pane {
  const admin = useAdmin();
  const seesCost = useMay("billing:read");
  const abort = useRef<AbortController>(undefined);
  const [answer, setAnswer] = useState<PaneAnswer>();
  const [more, setMore] = useState<readonly WireMessage[]>([]);
  const [sent, setSent] = useState<ChatRequestBody>();

  const run = useCallback(
    async (request: ChatRequestBody, followUp: readonly WireMessage[]) => {
      abort.current?.abort();
      const own = new AbortController();
      abort.current = own;
      setMore(followUp);
      setSent(request);
      let now: PaneAnswer = NO_ANSWER;
      const show = (next: PaneAnswer) => {
        now = next;
        if (abort.current === own) setAnswer(next);
      };
      show(now);
      const began = performance.now();
      try {
        const response = await fetch("/v1/chat/completions", {
          method: "POST",
          headers: { "x-tramontane-app": "1", "content-type": "application/json" },
          body: JSON.stringify({ ...request, stream: true }),
          signal: own.signal,
        });
        const requestId = response.headers.get("x-request-id") ?? "";
        show({ ...now, requestId });
        if (!response.ok || !response.body) {
          const raw = await response.text();
          return show({ ...now, state: "failed", fault: faultIn(raw), raw: [raw] });
        }
        for await (const data of readEvents(response.body)) show(withEvent(now, data, performance.now() - began));
        show({ ...now, state: now.fault === undefined ? "done" : "failed", totalMs: performance.now() - began });
        if (seesCost && requestId !== "") {
          const { amount } = await admin.request(requestId);
          show({ ...now, cost: amount });
        }
      } catch {
        const isStopped = own.signal.aborted;
        if (now.state === "done") return;
        show({
          ...now,
          state: isStopped ? "stopped" : "failed",
          totalMs: performance.now() - began,
          ...(isStopped ? {} : { fault: { code: "offline" } }),
        });
      }
    },
    [admin, seesCost],
  );
  const stop = useCallback(() => abort.current?.abort(), []);
  return { answer, more, sent, run, stop };
}

function faultIn(raw: string): unknown {
  try {
    const body = JSON.parse(raw) as { type?: string; message?: unknown; error?: object; detail?: unknown };
    const said = body.detail ?? body.message ?? raw;
    return { type: body.type, ...body.error, message: typeof said === "string" ? said : JSON.stringify(said) };
  } catch {
    return { message: raw };
  }
}
