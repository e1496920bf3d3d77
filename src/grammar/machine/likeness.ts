import type { Lexeme } from "../lexeme/lexeme.ts";
import { NO_TOKEN, type PackedTrie } from "../packed-trie.ts";
import { ANY_TEXT } from "../lexeme/text-state.ts";
import type { MaskSlot } from "../mask-cache.ts";
import type { TokenTails } from "../token-tails.ts";
import type { Configuration } from "./configuration.ts";
import type { Frame, Thread } from "./thread.ts";
import { DEAD, IMPURE, type TransitionTable } from "./transition-table.ts";

/** A configuration of more threads than this is like no other one. */
const MAX_THREADS = 8;
/** Characters of all keys together. */
const MAX_KEY_LENGTH = 1 << 20;

/**
 * Finds the configurations that the same tokens may follow, since most differ only in what no single token can see: which
 * properties stand already, or what comes far behind the closing bracket. What is behind a piece of JSON is known by the ends
 * of tokens that may stand there (`TokenTails`); all else is told by the threads.
 */
export class Likeness {
  readonly #table: TransitionTable;
  readonly #tails: TokenTails;
  readonly #reach: number;
  readonly #slots = new Map<string, MaskSlot>();
  readonly #behind = new Map<Thread, string>();
  readonly #closings = new Map<Lexeme, Closings>();
  /** Short names for sets of parts. */
  readonly #kinds = new Map<string, string>();
  #keyLength = 0;

  constructor(parts: { table: TransitionTable; tails: TokenTails; reach: number }) {
    this.#table = parts.table;
    this.#tails = parts.tails;
    this.#reach = parts.reach;
  }

  /** What a configuration shares with all those that the same tokens may follow. */
  slotOf(configuration: Configuration): MaskSlot {
    return (configuration.slot ??= this.#findSlot(configuration.threads));
  }

  /** Forgets the threads and lexemes, and the slots too where their keys have become long together. */
  trim(): void {
    this.#behind.clear();
    this.#closings.clear();
    if (this.#keyLength > MAX_KEY_LENGTH) {
      this.#slots.clear();
      this.#kinds.clear();
      this.#keyLength = 0;
    }
  }

  /** Equal for sets of threads that the same tokens may follow. */
  together(threads: readonly Thread[]): string {
    const isFree = threads.some((thread) => thread.isInAnyText === true);
    const keys = threads.map((thread) => thread.likeness?.(this, isFree) ?? `t${thread.clip(this.#reach).id}`);
    if (isFree) keys.push(ANY_TEXT);
    return keys.length === 1 ? keys[0]! : keys.toSorted().join("|");
  }

  /** Equal for lexemes whose next bytes, as many as a token has, may be the same. */
  inside(lexeme: Lexeme): number {
    return lexeme.clip(this.#reach).id;
  }

  /** Equal for frames behind whose part the same ends of tokens may stand. */
  around(frame: Frame): string {
    return frame.likeness?.(this) ?? `f${frame.clip(this.#reach).id}`;
  }

  /** Equal for places behind keys or values where the same ends of tokens may stand. */
  behind(thread: Thread): string {
    const place = thread.clip(this.#reach);
    const known = this.#behind.get(place);
    if (known !== undefined) return known;
    const kind = this.#kindOf(place);
    this.#behind.set(place, kind);
    return kind;
  }

  /** The ways in which one token can close a string. */
  closings(string: Lexeme): Closings {
    const known = this.#closings.get(string);
    if (known !== undefined) return known;
    const made = new Map<number, number[]>();
    walk(this.#tails.closings, string, {
      step: (lexeme, byte) => lexeme.next(byte),
      reach: (part, lexeme) => {
        if (!lexeme.ended) return;
        const parts = made.get(lexeme.label);
        if (parts === undefined) made.set(lexeme.label, [part]);
        else parts.push(part);
      },
    });
    const closings = [...made].map(([label, parts]) => ({ label, parts: this.#named(parts.join()) }));
    this.#closings.set(string, closings);
    return closings;
  }

  #findSlot(threads: readonly Thread[]): MaskSlot {
    if (threads.length > MAX_THREADS) return { mask: undefined, lastUse: 0 };
    const key = this.together(threads);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = { mask: undefined, lastUse: 0 };
    this.#slots.set(key, slot);
    this.#keyLength += key.length;
    return slot;
  }

  #kindOf(place: Thread): string {
    const table = this.#table;
    const parts: number[] = [];
    let wasImpure = false;
    walk(place.isLoose === true ? this.#tails.unspaced : this.#tails.behind, table.configuration([place])!, {
      step: (from, byte) => {
        const after = table.glance(from, byte);
        if (after === IMPURE) wasImpure = true;
        return after === DEAD || after === IMPURE ? undefined : after;
      },
      reach: (part) => parts.push(part),
    });
    return wasImpure ? `t${place.id}` : `b${this.#named(parts.join())}`;
  }

  #named(parts: string): string {
    const known = this.#kinds.get(parts);
    if (known !== undefined) return known;
    const name = this.#kinds.size.toString(36);
    this.#kinds.set(parts, name);
    this.#keyLength += parts.length;
    return name;
  }
}

/** What a string is recognised as when it closes, and the parts of tokens that close it so. */
export type Closings = readonly { readonly label: number; readonly parts: string }[];

interface Steps<State> {
  /** The state after one more byte; undefined where there is none. */
  readonly step: (state: State, byte: number) => State | undefined;
  /** Called with every text of the trie that may follow. */
  readonly reach: (part: number, state: State) => void;
}

function walk<State>({ nodes }: PackedTrie, start: State, { step, reach }: Steps<State>): void {
  const path = [start];
  for (let i = 0; i < nodes.length;) {
    const packed = nodes[i + 1]!;
    const depth = packed & 0xff;
    const after = step(path[depth - 1]!, nodes[i]! & 0xff);
    if (after === undefined) {
      i += (packed >>> 8) << 1;
      continue;
    }
    path[depth] = after;
    const part = nodes[i]! >>> 8;
    if (part !== NO_TOKEN) reach(part, after);
    i += 2;
  }
}
