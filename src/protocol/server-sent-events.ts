/** One event of a stream: `event` is empty when the server named none. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The frame of one event. Precondition: `event` has no line break; `data` may have some. */
export function encodeEvent(data: string, event = ""): string {
  const name = event === "" ? "" : `event: ${event}\n`;
  const body = data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data;
  return `${name}data: ${body}\n\n`;
}

/** A line every client skips, so that no proxy or client thinks the stream dead. */
export const HEARTBEAT = ": ping\n\n";

/** What ends a chat stream. The blank line counts: without it some clients lose the event before. */
export const DONE = encodeEvent("[DONE]");

function lineEnd(text: string, from: number): number {
  const found = /[\r\n]/g;
  found.lastIndex = from;
  return found.exec(text)?.index ?? -1;
}

/**
 * Reads a stream of events however it was cut into pieces. Follows the WHATWG rules: LF, CRLF or CR end a line, a blank
 * line ends an event, comments and unknown fields are skipped, an unfinished last event is dropped.
 */
export class EventDecoder {
  #rest = "";
  #isFirst = true;
  #event = "";
  #data: string[] = [];

  /** Events completed by this piece of text. */
  push(text: string): ServerSentEvent[] {
    const all = this.#rest + (this.#isFirst ? text.replace(/^\uFEFF/, "") : text);
    if (text !== "") this.#isFirst = false;
    const events: ServerSentEvent[] = [];
    const mayReturn = all.includes("\r");
    let from = 0;
    for (;;) {
      const end = mayReturn ? lineEnd(all, from) : all.indexOf("\n", from);
      // A CR at the very end may be half of a CRLF: wait for what follows.
      if (end === -1 || (mayReturn && all[end] === "\r" && end === all.length - 1)) break;
      this.#readLine(all.slice(from, end), events);
      from = end + (mayReturn && all.startsWith("\r\n", end) ? 2 : 1);
    }
    this.#rest = all.slice(from);
    return events;
  }

  #readLine(line: string, events: ServerSentEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push({ event: this.#event, data: this.#data.join("\n") });
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#event = value;
  }
}
