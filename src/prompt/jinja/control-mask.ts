import { TramontaneError } from "#base";
import { control } from "../segment.ts";
import type { PromptPart } from "../segment.ts";

const FIRST_PRIVATE = 0xe000;
const LAST_PRIVATE = 0xf8ff;

/**
 * Keeps control tokens out of user text while a foreign template handles it. Every character with which some control
 * token begins is hidden behind a private-use character that occurs nowhere in the input, one for one, so that lengths,
 * trimming and splitting still work; no control text can then arise from user text, whole or across a border. What the
 * template itself writes stays readable, and becomes control parts.
 */
export class ControlMask {
  /** A private-use character that stands for nothing: marks a place in the output. */
  readonly marker: string;
  /** Control texts by their first UTF-16 unit, longest first. */
  readonly #controls: ReadonlyMap<string, readonly string[]>;
  readonly #hidden: readonly (readonly [plain: string, hidden: string])[];

  /** `input` is everything the template will see; only what does not occur in it is used for hiding. */
  constructor(controlTokens: readonly string[], input: string) {
    const controls = controlTokens.filter((token) => token !== "").toSorted((a, b) => b.length - a.length);
    this.#controls = byFirstUnit(controls);
    const firsts = new Set(controls.map((token) => String.fromCodePoint(token.codePointAt(0) ?? 0)));
    const unused = unusedCharacters(input, firsts.size + 1);
    this.marker = unused[0] ?? "";
    this.#hidden = [...firsts].map((first, index) => [first, unused[index + 1] ?? ""]);
  }

  hide(text: string): string {
    return this.#hidden.reduce((result, [plain, hidden]) => result.replaceAll(plain, hidden), text);
  }

  /** Hides every string inside a JSON value, keys included. */
  hideDeep(value: unknown): unknown {
    if (typeof value === "string") return this.hide(value);
    if (Array.isArray(value)) return value.map((item) => this.hideDeep(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.hide(key), this.hideDeep(member)]));
  }

  reveal(text: string): string {
    return this.#hidden.reduce(
      (result, [plain, hidden]) => result.replaceAll(hidden, plain).replaceAll(escaped(hidden), plain),
      text,
    );
  }

  /** The template's output as prompt parts. */
  split(output: string): readonly PromptPart[] {
    const parts: PromptPart[] = [];
    let textStart = 0;
    const flush = (end: number): void => {
      if (end > textStart) parts.push({ kind: "text", text: this.reveal(output.slice(textStart, end)) });
    };
    for (let at = 0; at < output.length;) {
      const found = this.#controls.get(output.charAt(at))?.find((token) => output.startsWith(token, at));
      if (found === undefined) {
        at += 1;
        continue;
      }
      flush(at);
      parts.push(control(found));
      at += found.length;
      textStart = at;
    }
    flush(output.length);
    return parts;
  }
}

function byFirstUnit(tokens: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const token of tokens) groups.set(token.charAt(0), [...(groups.get(token.charAt(0)) ?? []), token]);
  return groups;
}

/** A character as JSON writers that keep to ASCII write it. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

function unusedCharacters(input: string, count: number): readonly string[] {
  const unused: string[] = [];
  for (let code = FIRST_PRIVATE; code <= LAST_PRIVATE && unused.length < count; code += 1) {
    const character = String.fromCharCode(code);
    if (!input.includes(character) && !input.includes(escaped(character))) unused.push(character);
  }
  if (unused.length < count) {
    throw new TramontaneError("invalid_request", "The messages use every private-use character there is", {
      hint: "Remove characters between U+E000 and U+F8FF from the messages.",
    });
  }
  return unused;
}
