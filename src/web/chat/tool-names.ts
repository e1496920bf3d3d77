import type { ChatToolName } from "#protocol";

/** The protocol's list; its module would bring the schemas' library along. */
export const CHAT_TOOLS: readonly ChatToolName[] = ["calculate", "current_time"];
