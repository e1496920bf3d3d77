import type { Lexeme } from "../lexeme/lexeme.ts";
import type { TextState } from "../lexeme/text-state.ts";

/** A set of JSON values, as the machine needs to know it. Only non-empty alternatives are listed. */
export interface ValueType {
  readonly id: number;
  /** Bytes of a shortest value; Infinity when there is none at all. */
  minBytes(): number;
  /** Lexemes, before their first byte, of `null`, `true`, `false` and numbers. */
  scalars(): readonly Lexeme[];
  /** What the strings' decoded text may be. */
  strings(): TextState | undefined;
  arrays(): readonly ArrayState[];
  objects(): readonly ObjectState[];
}

/** A value that may come next in a container, and how the container goes on when that value is complete. */
export interface Entry<State> {
  readonly type: ValueType;
  readonly next: State;
}

/** Inside an array, between items. */
export interface ArrayState {
  readonly id: number;
  readonly closable: boolean;
  /** Alternatives for the next item. */
  items(): readonly Entry<ArrayState>[];
  /** Bytes to the closing bracket, the commas included; `isFirst` when no item stands before. */
  bytesToClose(isFirst: boolean): number;
  /** The state once the value of the item just completed is known; only where `needsValue`. */
  readonly needsValue: boolean;
  withValue(value: unknown): ArrayState;
  clip(length: number): ArrayState;
}

/** Inside an object, between properties. */
export interface ObjectState {
  readonly id: number;
  readonly closable: boolean;
  /** The keys with a place of their own that may come next, labelled with that place. `bytesToAccept` counts to the end of the object. */
  namedKeys(): TextState | undefined;
  named(label: number): readonly Entry<ObjectState>[];
  /** All other keys that may come next. */
  otherKeys(): TextState | undefined;
  other(key: string): readonly Entry<ObjectState>[];
  /** The same for a key that is not known yet, as long as no further one comes; undefined when that makes a difference. */
  anyOther(): readonly Entry<ObjectState>[] | undefined;
  /** Bytes from the end of any other key to the end of the object. */
  bytesAfterOtherKey(): number;
  /** Bytes to the closing brace; `isFirst` when no property stands before. */
  bytesToClose(isFirst: boolean): number;
  /** Bytes to the closing brace when a property must come first, its comma already written. */
  bytesAfterComma(): number;
}
