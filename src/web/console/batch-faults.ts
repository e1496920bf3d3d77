import type { BatchFault } from "#protocol";
import { codeOf, faultOf } from "../app/faults.ts";
import type { Fault } from "../app/faults.ts";
import type { ConsoleKey } from "../i18n/console/catalog.ts";
import type { ConsoleWords } from "./console-words.tsx";

/** What the server says of a line that is no request, and how we say it; other lines are told by their field. */
const LINES: readonly (readonly [RegExp, ConsoleKey])[] = [
  [/^The line is not JSON/, "batches.notJson"],
  [/^The line is longer than/, "batches.lineTooLong"],
  [/^Another line has the custom_id/, "batches.sameId"],
  [/^A batch has no streams/, "batches.noStreams"],
  [/^A batch has at most/, "batches.tooMany"],
];

/** What went wrong with lines of a batch, in the reader's language; the whole is in the file of failed lines. */
export function batchFault(words: ConsoleWords, { message, type }: Pick<BatchFault, "message" | "type">): Fault {
  const known = LINES.find(([pattern]) => pattern.test(message))?.[1];
  if (known !== undefined) return { text: words.t(known) };
  if (codeOf({ type }) !== "invalid_request") return faultOf(words, { message, type });
  // Such as `line.body.messages: …`: the field is the same in every language.
  const field = /^`?([\w.[\]]+)`?(?::| must | is )/.exec(message)?.[1];
  return { text: words.t("batches.badLine"), detail: field ?? message };
}
