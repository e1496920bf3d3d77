import type { ThreadMessage } from "#protocol";

/** What a reader can do with a message. */
export interface MessageActions {
  edit(message: ThreadMessage, content: string): void;
  regenerate(message: ThreadMessage): void;
  continueAnswer(message: ThreadMessage): void;
  /** Makes a failed call of an answer anew, and goes on from there. */
  retryCall(message: ThreadMessage, callId: string): void;
  showBranch(messageId: string): void;
  /** Goes on in a new conversation that begins with a summary of this one. */
  summarise(): Promise<void>;
}
