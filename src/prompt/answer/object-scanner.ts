/**
 * Cuts whole JSON objects out of a stream, wherever its pieces are cut. What stands between the objects (commas,
 * brackets around a list, spaces) is left out. Counts brackets and strings; reading the JSON is somebody else's part.
 */
export class ObjectScanner {
  #object = "";
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The objects that became whole, and what follows the last of them. */
  push(text: string): { readonly objects: readonly string[]; readonly rest: string } {
    const objects: string[] = [];
    let start = 0;
    let end = 0;
    for (let at = 0; at < text.length; at += 1) {
      const opens = this.#depth === 0;
      if (opens && text[at] !== "{") continue;
      if (opens) start = at;
      this.#step(text[at] ?? "");
      if (this.#depth > 0) continue;
      objects.push(this.#object + text.slice(start, at + 1));
      this.#object = "";
      start = at + 1;
      end = at + 1;
    }
    if (this.#depth > 0) this.#object += text.slice(start);
    return { objects, rest: this.#depth > 0 ? "" : text.slice(end) };
  }

  /** The object that is not whole yet. */
  get unfinished(): string {
    return this.#object;
  }

  #step(character: string): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (character === "\\") this.#escaped = true;
      else if (character === '"') this.#inString = false;
    } else if (character === '"') this.#inString = true;
    else if (character === "{" || character === "[") this.#depth += 1;
    else if (character === "}" || character === "]") this.#depth -= 1;
  }
}
