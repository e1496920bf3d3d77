import { ERROR_CODES, TramontaneError } from "#base";
import type { ErrorCode } from "#base";
import type { CoreOutput } from "../core.ts";
import type { GenerationEvent, GenerationRequest, TokenLogprob } from "../generation.ts";
import type { WireError, WireEvent, WireLogprob, WireOutput, WireRequest } from "./messages.ts";

/** Native types to JSON and back, for the pipe between the engine and a model's process. */

export function toWireRequest(request: GenerationRequest): WireRequest {
  const { seed, logitBias, ...sampling } = request.sampling;
  return { ...request, sampling: { ...sampling, seed: String(seed), logitBias: [...logitBias] } };
}

export function fromWireRequest(request: WireRequest): GenerationRequest {
  const { seed, logitBias, ...sampling } = request.sampling;
  return { ...request, sampling: { ...sampling, seed: BigInt(seed), logitBias: new Map(logitBias) } };
}

export function toWireOutput(output: CoreOutput): WireOutput {
  if ("error" in output) return { id: output.id, error: toWireError(output.error) };
  const { id, event } = output;
  if (event.type !== "text" || event.logprobs === undefined) return { id, event: event as WireEvent };
  return { id, event: { ...event, logprobs: event.logprobs.map(toWireLogprob) } };
}

export function fromWireEvent(event: WireEvent): GenerationEvent {
  if (event.type !== "text") return event;
  const { logprobs, ...rest } = event;
  return logprobs === undefined ? rest : { ...rest, logprobs: logprobs.map(fromWireLogprob) };
}

function toWireLogprob({ token, bytes, logprob, top }: TokenLogprob): WireLogprob {
  const alternatives = top.map((other) => ({ ...other, bytes: toBase64(other.bytes) }));
  return { token, bytes: toBase64(bytes), logprob, top: alternatives };
}

function fromWireLogprob({ token, bytes, logprob, top }: WireLogprob): TokenLogprob {
  const alternatives = top.map((other) => ({ ...other, bytes: fromBase64(other.bytes) }));
  return { token, bytes: fromBase64(bytes), logprob, top: alternatives };
}

/** Anything thrown, as an error that keeps its code; what is not ours becomes `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof TramontaneError) {
    const { code, message, field, hint, details } = error;
    return { code, message, field, hint, details };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

export function fromWireError({ code, message, field, hint, details }: WireError): TramontaneError {
  const known = ERROR_CODES.includes(code as ErrorCode) ? (code as ErrorCode) : "internal";
  return new TramontaneError(known, message, {
    ...(field === undefined ? {} : { field }),
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

export function toWireVector(vector: Float32Array): string {
  return toBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
}

export function fromWireVector(text: string): Float32Array {
  const bytes = fromBase64(text);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** A copy of its own, aligned for wider views. */
function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
