import { type ByteRange, rangesBetween } from "../lexeme/byte-range.ts";
import { Interner, type Lexeme } from "../lexeme/lexeme.ts";
import type { WorkMeter } from "../work-meter.ts";
import { keyOfSet } from "./interval-set.ts";
import { keyOfDivisor, NumberLanguage, type NumberProgress, type NumberTerm } from "./number-language.ts";

const CHARS = "0123456789.-+eE";
const BYTES = CHARS.split("").map((char) => char.charCodeAt(0));
const ALIKE = rangesBetween(CHARS);

/** Makes the lexemes of JSON numbers, one automaton per term. */
export class JsonNumbers {
  readonly meter: WorkMeter;
  readonly #nextId: () => number;
  readonly #starts = new Map<string, Lexeme | undefined>();

  constructor(meter: WorkMeter, nextId: () => number) {
    this.meter = meter;
    this.#nextId = nextId;
  }

  forget(): void {
    this.#starts.clear();
  }

  /** The lexeme before its first byte, the same one for equal terms; undefined when no number is in the term. */
  start(term: NumberTerm): Lexeme | undefined {
    const key = termKey(term);
    if (!this.#starts.has(key)) this.#starts.set(key, this.#start(term));
    return this.#starts.get(key);
  }

  #start(term: NumberTerm): Lexeme | undefined {
    const states = new Interner<NumberState>();
    const language = new NumberLanguage(term);
    const at = (progress: NumberProgress): NumberState =>
      states.get(
        keyOf(progress),
        () => new NumberState({ id: this.#nextId(), progress, language, at, meter: this.meter }),
      );
    const start = at(language.start());
    return start.bytesToAccept() === Infinity ? undefined : start;
  }
}

function termKey({ set, integral, divisors }: NumberTerm): string {
  return `${keyOfSet(set)};${divisors.map(keyOfDivisor).join()}${integral ? "i" : ""}`;
}

function keyOf(at: NumberProgress): string {
  return `${at.phase}${at.negative ? "-" : ""}${at.count}.${at.integerDigits};${at.order.join()};${at.remainders.join()}`;
}

class NumberState implements Lexeme {
  readonly id: number;
  readonly label = -1;
  readonly accepts: boolean;
  readonly ended = false;
  readonly freeLength = 0;
  readonly #progress: NumberProgress;
  readonly #language: NumberLanguage;
  readonly #at: (progress: NumberProgress) => NumberState;
  readonly #meter: WorkMeter;
  #bytes: number | undefined;

  constructor(parts: {
    id: number;
    progress: NumberProgress;
    language: NumberLanguage;
    at: (progress: NumberProgress) => NumberState;
    meter: WorkMeter;
  }) {
    this.id = parts.id;
    this.#progress = parts.progress;
    this.#language = parts.language;
    this.#at = parts.at;
    this.#meter = parts.meter;
    this.accepts = parts.language.accepts(parts.progress);
  }

  next(byte: number): Lexeme | undefined {
    const next = this.#step(byte);
    return next === undefined || next.bytesToAccept() === Infinity ? undefined : next;
  }

  alike(byte: number): ByteRange {
    return ALIKE[byte]!;
  }

  clip(): Lexeme {
    return this;
  }

  bytesToAccept(): number {
    return (this.#bytes ??= this.accepts ? 0 : this.#isNearEnd() ? 1 : this.#search());
  }

  /** Whether one byte more may end the number: nearly always, so that most searches are not needed. */
  #isNearEnd(): boolean {
    return BYTES.some((byte) => {
      const next = this.#language.next(this.#progress, byte);
      return next !== undefined && this.#language.accepts(next);
    });
  }

  /** Breadth-first to the nearest accepting or known state; remembers what that proves. */
  #search(): number {
    const cameFrom = new Map<NumberState, NumberState | undefined>([[this, undefined]]);
    let best = Infinity;
    let end: NumberState | undefined;
    let depth = 0;
    for (let layer: NumberState[] = [this]; layer.length > 0 && depth < best; depth++) {
      const following: NumberState[] = [];
      for (const state of layer) {
        this.#meter.spend(BYTES.length);
        const rest = state.accepts ? 0 : state.#bytes;
        if (rest !== undefined) {
          if (depth + rest >= best) continue;
          best = depth + rest;
          end = state;
          continue;
        }
        for (const byte of BYTES) {
          const next = state.#step(byte);
          if (next === undefined || cameFrom.has(next)) continue;
          cameFrom.set(next, state);
          following.push(next);
        }
      }
      layer = following;
    }
    if (end === undefined) for (const state of cameFrom.keys()) state.#bytes = Infinity;
    let left = end === undefined || end.accepts ? 0 : end.#bytes!;
    for (let state = end; state !== undefined; state = cameFrom.get(state)) state.#bytes = left++;
    return this.#bytes!;
  }

  #step(byte: number): NumberState | undefined {
    const next = this.#language.next(this.#progress, byte);
    return next && this.#at(next);
  }
}
