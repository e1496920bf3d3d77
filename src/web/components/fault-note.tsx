import { faultOf } from "../app/faults.ts";
import type { MessageKey } from "../i18n/catalog.ts";
import type { Words } from "../i18n/words.ts";

interface FaultNoteProps<Key extends string> {
  /** Of the page it is on. */
  readonly words: Words<MessageKey | Key>;
  /** Anything thrown, or an error that the server keeps; undefined: all is well. */
  readonly error: unknown;
  /** What codes mean on this page. */
  readonly known?: Readonly<Record<string, MessageKey | Key>>;
}

/** What went wrong, in the reader's language; under it, where it says more, what the server said. */
export function FaultNote<Key extends string>({ words, error, known }: FaultNoteProps<Key>) {
  if (error === undefined) return null;
  const { text, detail } = faultOf(words, error, known);
  return (
    <>
      {text}
      {detail !== undefined && (
        <span lang="en" className="block text-xs wrap-anywhere text-ink-2">
          {detail}
        </span>
      )}
    </>
  );
}
