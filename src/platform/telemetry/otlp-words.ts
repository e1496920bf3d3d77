import type { AdmissionRequest, Outcome } from "../inference/call.ts";

/** A request that has ended, as it is told to others. Never its words. */
export interface TracedRequest {
  readonly ask: AdmissionRequest;
  readonly outcome: Outcome;
}

export type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

/** Who we are, on everything that is sent. */
export const RESOURCE = { attributes: [text("service.name", "tramontane")] };
export const SCOPE = { name: "tramontane" };

/** GenAI's words for our operations. */
const OPERATIONS: Readonly<Record<Outcome["operation"], string>> = {
  chat: "chat",
  text: "text_completion",
  fim: "text_completion",
  embeddings: "embeddings",
  moderation: "moderation",
  classification: "classification",
};

export const operationOf = ({ outcome }: TracedRequest): string => OPERATIONS[outcome.operation];

/** The error's code of a request that broke. */
export const failureOf = ({ outcome }: TracedRequest): string | undefined =>
  outcome.ending === "broken" ? outcome.endings.at(-1) : undefined;

export function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

/** Microseconds are what a double holds of today's date. */
export const nanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`;
