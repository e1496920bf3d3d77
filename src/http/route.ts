import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { TramontaneError } from "#base";
import type { Call } from "#platform";
import type { Reading, WireError } from "#protocol";

/** One request as a handler sees it: who asks, what for, and how long anybody listens. */
export interface Exchange extends Call {
  readonly requestId: string;
  /** The route's own path pattern, such as `/v1/models/:id`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when the request has no body; a form (`multipart/form-data`) is a stream of its bytes. */
  readonly body: unknown;
}

/** A stream of events and how each is written. */
export interface EventStream<T = unknown> {
  /** In lists of those that come together; an empty one says nothing. */
  readonly items: AsyncIterable<readonly T[]>;
  /** The frame of one item. */
  encode(item: T): string;
  /** The frame that tells a client the stream broke off. */
  breakOff(error: WireError): string;
  /** What follows the last item of an unbroken stream. */
  readonly end: string;
}

export type Answer =
  | { readonly kind: "json"; readonly status?: number; readonly value: unknown; readonly ignored?: readonly string[] }
  | { readonly kind: "events"; readonly stream: EventStream; readonly ignored?: readonly string[] }
  | {
      readonly kind: "text";
      readonly status?: number;
      readonly contentType: string;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "content";
      readonly contentType: string;
      readonly bytes: number;
      readonly content: Readable;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** Done, and nothing to say of it. */
export const NO_CONTENT: Answer = { kind: "text", status: 204, contentType: "application/json", text: "" };

/** One door: where it is, what it takes, who answers. The OpenAPI document is made of these. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The documented path first, then the places where other vendors' clients look for it. */
  readonly paths: readonly [string, ...string[]];
  readonly group: string;
  readonly summary: string;
  /** Whether a key is needed. */
  readonly isPublic?: boolean;
  readonly body?: z.ZodObject;
  /** Whether `stream: true` turns the answer into events. */
  readonly streams?: boolean;
  /** The frame that ends a stream which broke before it began, for doors whose streams may wait long for a model. */
  readonly breakOff?: (error: WireError, exchange: Exchange) => string;
  readonly handle: (exchange: Exchange) => Answer | Promise<Answer>;
}

/** The value of a reading, or its refusal thrown. Azure's clients expect 400 where the others expect 422. */
export function accept<T>(
  reading: Reading<T>,
  { dialect, headers }: Exchange,
): { readonly value: T; readonly ignored: readonly string[] } {
  if (reading.ok) return reading;
  const { code, message, field, hint, detail } = reading.refusal;
  const isAzure = dialect === "azure" && headers["extra-parameters"] !== "pass-through";
  throw new TramontaneError(isAzure && code === "validation_failed" ? "invalid_request" : code, message, {
    ...(field === undefined ? {} : { field }),
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { details: { detail } }),
  });
}
