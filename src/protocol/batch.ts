import { z } from "zod";

/** Where a batch's lines go. */
export const BATCH_ENDPOINTS = [
  "/v1/chat/completions",
  "/v1/fim/completions",
  "/v1/embeddings",
  "/v1/moderations",
  "/v1/chat/moderations",
  "/v1/classifications",
  "/v1/chat/classifications",
] as const;
export type BatchEndpoint = (typeof BATCH_ENDPOINTS)[number];

/** Endpoints of the hosted API that no batch here can use yet: refused with a reason, unlike a typo. */
const OTHER_ENDPOINTS = ["/v1/conversations", "/v1/ocr", "/v1/audio/transcriptions"] as const;

export const BATCH_STATUSES = [
  "QUEUED",
  "RUNNING",
  "SUCCESS",
  "FAILED",
  "TIMEOUT_EXCEEDED",
  "CANCELLATION_REQUESTED",
  "CANCELLED",
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Requests that one call may bring along. */
export const INLINE_REQUESTS = 10_000;

// PostgreSQL keeps no NUL in a text.
const CustomId = z
  .string()
  .min(1)
  .max(512)
  .refine((text) => !text.includes("\u0000"), "must not contain a NUL");

/** One line of a batch: in a file, or inline. */
export const BatchLineSchema = z.object({
  custom_id: CustomId.nullish(),
  body: z.record(z.string(), z.unknown()),
  // OpenAI's files name them in every line; the job's endpoint is what counts.
  method: z.unknown().optional(),
  url: z.unknown().optional(),
});

export const CreateBatchSchema = z.object({
  endpoint: z.enum([...BATCH_ENDPOINTS, ...OTHER_ENDPOINTS]).describe("Where every request goes."),
  input_files: z.array(z.string()).min(1).max(100).nullish().describe("Files of purpose batch, one request per line."),
  requests: z
    .array(BatchLineSchema)
    .min(1)
    .max(INLINE_REQUESTS)
    .nullish()
    .describe("The requests themselves, instead of files."),
  model: z.string().nullish().describe("The model of requests that name none."),
  agent_id: z.string().nullish().describe("The agent that answers, instead of a model."),
  metadata: z.record(z.string(), z.string().min(1).max(512)).nullish(),
  timeout_hours: z
    .number()
    .int()
    .min(1)
    .max(168)
    .nullish()
    .describe("Normally 24. What is not answered by then is not."),
});

export type CreateBatch = z.infer<typeof CreateBatchSchema>;

/** What went wrong with how many lines; `type` as errors of single requests have it. */
export interface BatchFault {
  readonly message: string;
  readonly type?: string | null;
  readonly count: number;
}

/** A batch as the wire shows it. Instants are seconds since the epoch. */
export interface BatchJob {
  readonly id: string;
  readonly object: "batch";
  readonly input_files: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly endpoint: string;
  readonly model: string | null;
  readonly agent_id: string | null;
  readonly output_file: string | null;
  readonly error_file: string | null;
  readonly errors: readonly BatchFault[];
  /** Every answered line so far; null unless asked for. */
  readonly outputs: readonly BatchOutput[] | null;
  readonly status: BatchStatus;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly completed_at: number | null;
  readonly total_requests: number;
  readonly completed_requests: number;
  readonly succeeded_requests: number;
  readonly failed_requests: number;
}

/** One line of a batch's results. */
export interface BatchOutput {
  readonly id: string;
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: unknown };
  readonly error: { readonly message: string; readonly type: string; readonly code: string | null } | null;
}

export interface BatchList {
  readonly object: "list";
  readonly data: readonly BatchJob[];
  readonly total: number;
}
