import { z } from "zod";
import { withModel } from "./chat.ts";
import { readBody } from "./read-body.ts";
import type { ReadBodyOptions } from "./read-body.ts";
import type { Reading } from "./refusal.ts";
import { readSampling, readStop, SamplingFields } from "./sampling-fields.ts";
import type { SamplingWishes } from "./sampling-fields.ts";

export const FimRequestSchema = z.object({
  model: z.string(),
  prompt: z.string().describe("The code before the gap."),
  suffix: z.string().nullish().describe("The code after the gap."),
  ...SamplingFields,
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});

/** Fill in the middle: the answer is what stands between `prompt` and `suffix`. */
export interface FimRequest {
  readonly model: string;
  readonly prompt: string;
  readonly suffix: string;
  readonly sampling: SamplingWishes;
  readonly maxTokens: number | undefined;
  readonly minTokens: number;
  readonly stop: readonly string[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

export function readFimRequest(
  body: unknown,
  options?: ReadBodyOptions & { defaultModel?: string },
): Reading<FimRequest> {
  const reading = readBody(FimRequestSchema, withModel(body, options?.defaultModel), options);
  if (!reading.ok) return reading;
  const wire = reading.value;
  const value: FimRequest = {
    model: wire.model,
    prompt: wire.prompt,
    suffix: wire.suffix ?? "",
    sampling: readSampling(wire),
    maxTokens: wire.max_tokens ?? undefined,
    minTokens: wire.min_tokens ?? 0,
    stop: readStop(wire.stop),
    stream: wire.stream ?? false,
    includeUsage: wire.stream_options?.include_usage ?? false,
  };
  return { ok: true, value, ignored: reading.ignored };
}
