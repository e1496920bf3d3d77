import { TramontaneError } from "#base";

/**
 * JSON as it stands in a text: members keep their order and integers their digits, which `JSON.parse` loses
 * (`{"2":1,"1":2}`, `1.0`, `12345678901234567890`). Non-finite numbers appear because Python's reader accepts them.
 */
export type JsonNode =
  | { readonly kind: "literal"; readonly text: "true" | "false" | "null" }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonNode> };

/** Deeper nesting is not read as JSON, so that no prompt can exhaust the stack. */
const MAX_DEPTH = 500;

/** Reads a whole JSON text as Python's `json.loads` does; undefined when it is not JSON. */
export function parseJsonText(text: string): JsonNode | undefined {
  const reader = new JsonReader(text);
  const node = reader.value(0);
  return node !== undefined && reader.atEnd() ? node : undefined;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonNode | undefined {
    if (depth > MAX_DEPTH) return undefined;
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): JsonNode | undefined {
    const members = new Map<string, JsonNode>();
    this.#at += 1;
    if (this.#take("}")) return { kind: "object", members };
    do {
      this.#space();
      const key = this.#text[this.#at] === '"' ? this.#string() : undefined;
      if (key?.kind !== "string" || !this.#take(":")) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      members.set(key.value, value);
    } while (this.#take(","));
    return this.#take("}") ? { kind: "object", members } : undefined;
  }

  #array(depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    this.#at += 1;
    if (this.#take("]")) return { kind: "array", items };
    do {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.#take(","));
    return this.#take("]") ? { kind: "array", items } : undefined;
  }

  #string(): JsonNode | undefined {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    try {
      const value: unknown = JSON.parse(this.#text.slice(start, end + 1));
      this.#at = end + 1;
      return typeof value === "string" ? { kind: "string", value } : undefined;
    } catch {
      return undefined;
    }
  }

  #scalar(): JsonNode | undefined {
    const pattern = /(true|false|null)|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)/uy;
    pattern.lastIndex = this.#at;
    const [raw, literal] = pattern.exec(this.#text) ?? [];
    if (raw === undefined) return undefined;
    this.#at += raw.length;
    if (literal === "true" || literal === "false" || literal === "null") return { kind: "literal", text: literal };
    return { kind: "number", text: raw };
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (/[ \t\n\r]/u.test(this.#text[this.#at] ?? "x")) this.#at += 1;
  }
}

/** A value of the program as a node. Errors: `invalid_request` for what JSON cannot hold, or nested too deeply. */
export function toJsonNode(value: unknown, depth = 0): JsonNode {
  if (depth > MAX_DEPTH) throw new TramontaneError("invalid_request", `JSON is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || value === undefined) return { kind: "literal", text: "null" };
  if (typeof value === "boolean") return { kind: "literal", text: value ? "true" : "false" };
  if (typeof value === "string") return { kind: "string", value };
  if (typeof value === "number") return { kind: "number", text: String(value) };
  if (typeof value === "bigint") return { kind: "number", text: String(value) };
  if (Array.isArray(value)) return { kind: "array", items: value.map((item) => toJsonNode(item, depth + 1)) };
  if (typeof value !== "object") throw new TramontaneError("invalid_request", `JSON cannot hold a ${typeof value}`);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return { kind: "object", members: new Map(entries.map(([key, member]) => [key, toJsonNode(member, depth + 1)])) };
}

/**
 * Writes JSON as Python's `json.dumps(value, ensure_ascii=False)`: `", "` and `": "` between things, floats as `repr`.
 * Models learnt tools and calls in exactly this form.
 */
export function writePythonJson(node: JsonNode): string {
  switch (node.kind) {
    case "literal":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "number":
      return pythonNumber(node.text);
    case "array":
      return `[${node.items.map(writePythonJson).join(", ")}]`;
    case "object":
      return `{${[...node.members].map(([key, value]) => `${JSON.stringify(key)}: ${writePythonJson(value)}`).join(", ")}}`;
  }
}

/** Integers keep their digits; everything else is a double, written the way Python's `repr` writes it. */
function pythonNumber(text: string): string {
  if (/^-?\d+$/u.test(text)) return text === "-0" ? "0" : text;
  const value = Number(text);
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const exponent = Number(exponentText);
  const digits = mantissa.replace(".", "");
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** JSON text in Python's form; text that is not JSON becomes a JSON string. */
export function asJsonNode(text: string): JsonNode {
  return parseJsonText(text) ?? { kind: "string", value: text };
}

/** JSON text in Python's form; text that is not JSON stays as it is, and the empty text becomes `{}`. */
export function normalizeJsonText(text: string): string {
  if (text === "") return "{}";
  const node = parseJsonText(text);
  return node === undefined ? text : writePythonJson(node);
}
