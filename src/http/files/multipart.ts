import { TramontaneError } from "#base";

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Undefined: a plain field. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  /** The bytes as they come. What is left unread is skipped when the next part is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

const HEADER_BYTES = 16 * 1024;
const MAX_PARTS = 64;
/** A client that is still sending reads no answer, so a refused form is read to its end, within reason. */
const DRAIN_BYTES = 600 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** The boundary in a `multipart/form-data` content type; undefined when it is another type or names none. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType ?? "")) return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType!);
  const boundary = match?.[1] ?? match?.[2];
  return boundary !== undefined && boundary.length <= 70 ? boundary : undefined;
}

/**
 * Reads a form (RFC 7578) part by part while it arrives, in constant memory. Errors: `invalid_request` when it is not
 * well formed, ends early, or has parts or headers without measure.
 */
export async function* readMultipart(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<FormPart> {
  const bytes = new ByteReader(body);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  try {
    // What comes before the first delimiter means nothing; the first one needs no line break before it.
    bytes.prepend(Buffer.from("\r\n"));
    await skip(bytes.until(delimiter));
    for (let count = 0; !(await bytes.startsWith("--")); count += 1) {
      if (count === MAX_PARTS) throw malformed(`has more than ${MAX_PARTS} parts`);
      await bytes.line(HEADER_BYTES);
      const headers = await readHeaders(bytes);
      const rest = bytes.until(delimiter);
      // Without `return`: a reader who stops early leaves the rest to be skipped.
      const content = { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) };
      yield { ...describePart(headers), content };
      await skip(content);
    }
  } finally {
    await bytes.drain(DRAIN_BYTES);
  }
}

/** A field's text. Errors: `invalid_request` when it is longer than `limitBytes`. */
export async function readField(part: FormPart, limitBytes = 4096): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of part.content) {
    length += piece.length;
    if (length > limitBytes) throw malformed(`has a field '${part.name}' of more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

async function readHeaders(bytes: ByteReader): Promise<Map<string, string>> {
  const headers = new Map<string, string>();
  let length = 0;
  for (;;) {
    const line = await bytes.line(HEADER_BYTES - length);
    if (line === "") return headers;
    length += line.length;
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function describePart(headers: ReadonlyMap<string, string>): Omit<FormPart, "content"> {
  const disposition = headers.get("content-disposition") ?? "";
  const name = parameterOf(disposition, "name");
  if (!/^form-data/i.test(disposition) || name === undefined) throw malformed("has a part without a name");
  return { name, filename: parameterOf(disposition, "filename"), contentType: headers.get("content-type") };
}

/** Browsers and undici write `%22` for a quote and put UTF-8 as it is; curl writes a backslash before a quote. */
function parameterOf(disposition: string, name: string): string | undefined {
  const extended = new RegExp(`;\\s*${name}\\*=utf-8''([^;\\s]+)`, "i").exec(disposition)?.[1];
  if (extended !== undefined) return decodeOrKeep(extended);
  const quoted = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, "i").exec(disposition)?.[1];
  if (quoted !== undefined) {
    return quoted
      .replaceAll('\\"', '"')
      .replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  return new RegExp(`;\\s*${name}=([^;"\\s]+)`, "i").exec(disposition)?.[1];
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads bytes from pieces of any size, and stops at a delimiter however the pieces cut it. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = EMPTY;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  prepend(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  /** What comes before the delimiter, which is consumed. Holds back only what may be its beginning. */
  async *until(delimiter: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      if (at !== -1) {
        const piece = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + delimiter.length);
        if (piece.length > 0) yield piece;
        return;
      }
      const safe = Math.max(0, this.#held.length - delimiter.length + 1);
      const piece = this.#held.subarray(0, safe);
      this.#held = this.#held.subarray(safe);
      if (piece.length > 0) yield piece;
      await this.#more();
    }
  }

  /** The text up to the next line break. */
  async line(limitBytes: number): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end !== -1 && end <= limitBytes) {
        const line = this.#held.toString("utf8", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > limitBytes) throw malformed(`has headers of more than ${HEADER_BYTES} bytes`);
      await this.#more();
    }
  }

  async startsWith(text: string): Promise<boolean> {
    while (this.#held.length < text.length) await this.#more();
    return this.#held.toString("latin1", 0, text.length) === text;
  }

  /** Reads on to the end without looking. Never throws: whatever is wrong has been said. */
  async drain(limitBytes: number): Promise<void> {
    try {
      for (let left = limitBytes; left > 0;) {
        const { done, value } = await this.#source.next();
        if (done === true) return;
        left -= value.length;
      }
    } catch {
      // The client left.
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done === true) throw malformed("ends before its last boundary");
    this.#held = Buffer.concat([this.#held, value]);
  }
}

/** Reads on to the end, whether or not some of it was read before. */
async function skip(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}

function malformed(how: string): TramontaneError {
  return new TramontaneError("invalid_request", `The form ${how}`, { field: "body" });
}
