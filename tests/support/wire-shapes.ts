import { expect } from "vitest";
import { z } from "zod";
import { EventDecoder } from "#protocol";

const Usage = z.strictObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  prompt_tokens_details: z.strictObject({ cached_tokens: z.int().min(0) }),
  num_cached_tokens: z.int().min(0),
  // Only of answers of a form.
  completion_tokens_details: z
    .strictObject({ forced_tokens: z.int().min(0), mask_us: z.int().min(0), closed_early: z.boolean() })
    .optional(),
});

const Facts = { message: z.string().min(1), type: z.string(), param: z.string().nullable(), code: z.string() };

/** The body of every error, whatever the door. */
export const UnionError = z.strictObject({
  object: z.literal("error"),
  ...Facts,
  raw_status_code: z.int().min(400).max(599),
  request_id: z.uuid(),
  detail: z
    .union([
      z.string(),
      z.array(z.looseObject({ type: z.string(), loc: z.array(z.union([z.string(), z.int()])), msg: z.string() })),
    ])
    .optional(),
  error: z.strictObject(Facts),
});

const ToolCall = z.strictObject({
  id: z.string().regex(/^[a-zA-Z0-9]{9}$/),
  type: z.literal("function"),
  index: z.int(),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const FinishReason = z.enum(["stop", "length", "model_length", "tool_calls", "error"]);

/** What every client survives: see the tolerance matrix that this shape was drawn from. */
const Chunk = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  object: z.literal("chat.completion.chunk"),
  created: z.int(),
  model: z.string().min(1),
  choices: z.array(
    z.strictObject({
      index: z.int().min(0),
      delta: z.strictObject({
        role: z.literal("assistant").optional(),
        content: z.string().optional(),
        tool_calls: z.array(ToolCall).min(1).optional(),
      }),
      logprobs: z.looseObject({ content: z.array(z.unknown()).min(1) }).optional(),
      finish_reason: FinishReason.nullable(),
    }),
  ),
  usage: Usage.nullable().optional(),
  error: z.strictObject(Facts).optional(),
});

export const Completion = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z
    .array(
      z.strictObject({
        index: z.int(),
        message: z.strictObject({
          role: z.literal("assistant"),
          content: z.string(),
          tool_calls: z.array(ToolCall).min(1).nullable(),
          refusal: z.null(),
        }),
        logprobs: z.looseObject({}).nullable(),
        finish_reason: FinishReason,
      }),
    )
    .min(1),
  usage: Usage,
});

export type WireChunk = z.infer<typeof Chunk>;

export interface StreamedAnswer {
  readonly chunks: readonly WireChunk[];
  /** Content per choice. */
  readonly texts: readonly string[];
  readonly finishReasons: readonly string[];
  readonly usage: z.infer<typeof Usage>;
}

/** Reads a stream in the canonical form and holds it to every rule of it; `openai` has usage chunks of its own. */
export function readStream(body: string, form: "canonical" | "openai" = "canonical"): StreamedAnswer {
  expect(body.endsWith("data: [DONE]\n\n"), "a stream ends with [DONE] and a blank line").toBe(true);
  const events = new EventDecoder().push(body);
  expect(events.every(({ event }) => event === "")).toBe(true);
  const chunks = events.slice(0, -1).map(({ data }) => Chunk.parse(JSON.parse(data)));
  const head = ({ id, created, model }: WireChunk) => ({ id, created, model });
  for (const chunk of chunks) expect(head(chunk)).toEqual(head(chunks[0]!));
  const last = chunks.at(-1)!;
  for (const chunk of chunks.slice(0, -1)) {
    if (form === "canonical") expect(chunk, "usage is absent until the last chunk").not.toHaveProperty("usage");
    else expect(chunk.usage).toBeNull();
    expect(chunk.choices).toHaveLength(1);
  }
  expect(last.choices).toHaveLength(form === "canonical" ? 1 : 0);
  return { chunks, ...readChoices(chunks), usage: Usage.parse(last.usage) };
}

function readChoices(chunks: readonly WireChunk[]): { texts: string[]; finishReasons: string[] } {
  const texts: string[] = [];
  const finishReasons: string[] = [];
  for (const { choices } of chunks) {
    for (const { index, delta, finish_reason: reason } of choices) {
      if (texts[index] === undefined) {
        expect(delta, "a choice begins with its role").toEqual({ role: "assistant", content: "" });
        texts[index] = "";
      }
      expect(finishReasons[index], "nothing follows the end of a choice").toBeUndefined();
      texts[index] += delta.content ?? "";
      if (reason !== null) finishReasons[index] = reason;
    }
  }
  expect(Object.keys(finishReasons)).toEqual(Object.keys(texts));
  return { texts, finishReasons };
}
