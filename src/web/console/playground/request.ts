export interface PlainMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them. */
  readonly arguments: string;
}

/** A message of the wire. */
export type WireMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly type: "function";
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly name: string; readonly content: string };

export interface ChatRequestBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly unknown[];
  readonly response_format?: Readonly<Record<string, unknown>>;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly random_seed?: number;
}

/** What is being tried, as typed. */
export interface PlaygroundDraft {
  readonly system: string;
  readonly messages: readonly PlainMessage[];
  /** JSON texts; empty: none. */
  readonly tools: string;
  readonly schema: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly seed: string;
}

export const EMPTY_DRAFT: PlaygroundDraft = {
  system: "",
  messages: [{ role: "user", content: "" }],
  tools: "",
  schema: "",
  temperature: "",
  maxTokens: "",
  seed: "",
};

const STORAGE_KEY = "tramontane.playground";

export function loadPlayground(): PlaygroundDraft {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return typeof value === "object" && value !== null ? { ...EMPTY_DRAFT, ...value } : EMPTY_DRAFT;
  } catch {
    return EMPTY_DRAFT;
  }
}

export function savePlayground(draft: PlaygroundDraft): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(draft));
  } catch {
    // It then lasts as long as the page.
  }
}

/** The request for a model, without `stream`. The JSON texts must be valid. */
export function requestOf(draft: PlaygroundDraft, model: string, more: readonly WireMessage[]): ChatRequestBody {
  const system: WireMessage[] = draft.system.trim() === "" ? [] : [{ role: "system", content: draft.system }];
  const number = (name: string, text: string) => (text.trim() === "" ? {} : { [name]: Number(text) });
  const schema = draft.schema.trim() === "" ? undefined : (JSON.parse(draft.schema) as Record<string, unknown>);
  return {
    model,
    messages: [...system, ...draft.messages.filter(({ content }) => content !== ""), ...more],
    ...(draft.tools.trim() === "" ? {} : { tools: JSON.parse(draft.tools) as unknown[] }),
    ...(schema
      ? { response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } } }
      : {}),
    ...number("temperature", draft.temperature),
    ...number("max_tokens", draft.maxTokens),
    ...number("random_seed", draft.seed),
  };
}

export const SAMPLE_TOOLS = JSON.stringify(
  [
    {
      type: "function",
      function: {
        name: "get_weather",
        description: "The weather in a city",
        parameters: {
          type: "object",
          properties: { city: { type: "string" }, unit: { enum: ["celsius", "fahrenheit"] } },
          required: ["city", "unit"],
          additionalProperties: false,
        },
      },
    },
  ],
  undefined,
  2,
);

export const SAMPLE_SCHEMA = JSON.stringify(
  {
    type: "object",
    properties: { city: { type: "string" }, temperature: { type: "number" }, windy: { type: "boolean" } },
    required: ["city", "temperature", "windy"],
    additionalProperties: false,
  },
  undefined,
  2,
);
