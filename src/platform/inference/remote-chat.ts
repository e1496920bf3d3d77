import type { ChatRequest } from "#protocol";
import type { RemoteDeployment } from "../upstream/remote-deployment.ts";
import type { EngineAttempt } from "../upstream/remote-turn.ts";
import { textOf } from "../upstream/wire-request.ts";
import { UNLIMITED } from "./call.ts";
import type { Call, RequestSize } from "./call.ts";
import type { InferenceContext, StartedTurn } from "./inference.ts";
import { observeTurn } from "./observe.ts";
import { beginWatch, userTextsOf } from "./under-policy.ts";

/** Admits the caller and has another server answer. Errors: those of the gate; the server's come with the first event. */
export async function startRemoteChat(
  parts: InferenceContext,
  request: ChatRequest,
  call: Call,
  deployment: RemoteDeployment,
): Promise<StartedTurn> {
  const { choices, model } = request;
  const { dialect, signal } = call;
  const { id, contextTokens } = deployment.spec;
  const size = sizeOf(request, contextTokens);
  const admission = await parts.gate.admit({
    call,
    deployment: id,
    operation: "chat",
    size,
    slots: deployment.remote.slots,
  });
  call.reportLimits?.(admission.limits ?? UNLIMITED);
  const watch = await beginWatch(parts, call, {
    userTexts: userTextsOf(request.messages),
    guardrails: request.guardrails,
  });
  const attempts: EngineAttempt[] = [];
  const onAttempt = (attempt: EngineAttempt): void => void attempts.push(attempt);
  const turn = watch.afterCheck(() =>
    deployment.remote.chat(request, { requestId: call.requestId, signal, onAttempt }),
  );
  const { clock, observer } = parts;
  const events = observeTurn(turn, {
    clock,
    observer,
    operation: "chat",
    deployment: id,
    choices,
    admission,
    signal,
    attempts,
    reportTokens: call.reportTokens,
  });
  return {
    frame: { id: parts.newId(), created: Math.floor(clock.nowMs() / 1000), model, watch },
    choices,
    dialect,
    events: watch.watch(events),
  };
}

/** What a chat template may put around a message, in tokens, generously. */
const TOKENS_AROUND_MESSAGE = 16;

function sizeOf({ messages, tools, choices, maxTokens }: ChatRequest, contextTokens: number): RequestSize {
  let promptBytes = 0;
  for (const message of messages)
    promptBytes += Buffer.byteLength("text" in message ? message.text : textOf(message.content));
  for (const tool of tools) promptBytes += Buffer.byteLength(JSON.stringify(tool));
  return {
    promptBytes,
    // Only the other server knows its tokenizer; no tokenizer makes more tokens than bytes.
    countPrompt: () => Promise.resolve(promptBytes + messages.length * TOKENS_AROUND_MESSAGE),
    maxOutputTokens: choices * Math.min(maxTokens ?? Number.POSITIVE_INFINITY, contextTokens),
    isOutputBounded: maxTokens !== undefined,
  };
}
