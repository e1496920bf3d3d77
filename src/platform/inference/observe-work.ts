import { TramontaneError } from "#base";
import { UNLIMITED } from "./call.ts";
import type { AdmissionRequest, Outcome } from "./call.ts";
import type { InferenceParts } from "./inference.ts";

/** Admits the caller, runs work that has no answer to write, and reports how it went. */
export async function observeWork<T extends { readonly promptTokens: number }>(
  { clock, gate, observer }: InferenceParts,
  ask: AdmissionRequest,
  work: () => Promise<T>,
): Promise<T> {
  const { call, deployment, operation } = ask;
  const admission = await gate.admit(ask);
  call.reportLimits?.(admission.limits ?? UNLIMITED);
  const began = clock.monotonicMs();
  let outcome: Outcome = {
    operation,
    deployment,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    ending: "broken",
    endings: ["internal"],
    durationMs: 0,
    firstTextMs: undefined,
  };
  try {
    const result = await work();
    outcome = { ...outcome, promptTokens: result.promptTokens, ending: "completed", endings: ["stop"] };
    return result;
  } catch (error) {
    outcome = { ...outcome, endings: [error instanceof TramontaneError ? error.code : "internal"] };
    if (call.signal.aborted) outcome = { ...outcome, ending: "abandoned" };
    call.signal.throwIfAborted();
    throw error;
  } finally {
    const ended = { ...outcome, durationMs: clock.monotonicMs() - began };
    observer.ended(ended);
    await admission.settle(ended);
  }
}
