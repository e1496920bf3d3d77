import { TramontaneError } from "#base";

const NEWLINE = 0x0a;
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/** Counts the lines of a text that passes by in pieces, blank ones left out. Constant memory. */
export class LineCount {
  readonly #longest: number;
  #count = 0;
  #lineNumber = 1;
  #lineBytes = 0;
  #hasContent = false;

  /** `longestBytes`: a longer line is refused. */
  constructor(longestBytes: number) {
    this.#longest = longestBytes;
  }

  /** Errors: `invalid_file` at the first line that is too long. */
  push(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      this.#take(piece.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#take(piece.subarray(start));
  }

  /** The number of lines, the last one counted whether or not a newline ends it. */
  finish(): number {
    this.#endLine();
    return this.#count;
  }

  #take(bytes: Uint8Array): void {
    this.#lineBytes += bytes.length;
    if (this.#lineBytes > this.#longest) {
      const message = `Line ${this.#lineNumber} has more than ${this.#longest} bytes`;
      throw new TramontaneError("invalid_file", message, {
        field: "file",
        hint: "Write one JSON object per line and split long ones.",
      });
    }
    this.#hasContent ||= bytes.some((byte) => !BLANKS.has(byte));
  }

  #endLine(): void {
    if (this.#hasContent) this.#count += 1;
    this.#hasContent = false;
    this.#lineBytes = 0;
    this.#lineNumber += 1;
  }
}
