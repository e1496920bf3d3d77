import type { ThreadMessage } from "#protocol";

/** What there is to say about how an answer ended; undefined: it ended well. */
export function endingOf({ status, details }: ThreadMessage) {
  switch (status) {
    case "stopped":
      return "message.stopped";
    case "interrupted":
      return "message.interrupted";
    case "failed":
      return "message.failed";
    case "complete":
      return details.finish === "length" ? "message.cut" : details.finish === "context" ? "message.full" : undefined;
    default:
      return undefined;
  }
}
