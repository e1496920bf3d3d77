import { z } from "zod";

const attachment = z.strictObject({
  name: z.string().min(1).max(255),
  mediaType: z.string().max(127),
  bytes: z.int().nonnegative(),
  text: z.string().max(2_000_000),
  pages: z.int().nonnegative().optional(),
});

const modelId = z.string().min(1).max(255);

/** Tools that this server has for chats. */
export const CHAT_TOOL_NAMES = ["calculate", "current_time"] as const;
export type ChatToolName = (typeof CHAT_TOOL_NAMES)[number];

const tools = z.strictObject({ names: z.array(z.enum(CHAT_TOOL_NAMES)).max(8), ask: z.boolean() });

/** Bodies of `/api/*` requests. Unknown keys are refused. */
export const signInBody = z.strictObject({ key: z.string().min(1).max(512) });
export const enterWorkspaceBody = z.strictObject({ workspaceId: z.string().max(64) });
export const setupBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  email: z.email().max(320),
  password: z.string().max(1000),
});
export const newConversationBody = z.strictObject({ model: modelId.optional() });
export const conversationPatchBody = z.strictObject({
  title: z.string().trim().min(1).max(200).optional(),
  pinned: z.boolean().optional(),
});
export const sendMessageBody = z.strictObject({
  content: z.string().min(1).max(1_000_000),
  model: modelId,
  /** The message answered to: absent continues the branch shown, null starts anew, an id makes a branch there. */
  parentId: z.string().nullable().optional(),
  attachments: z.array(attachment).max(10).optional(),
  schema: z.record(z.string(), z.unknown()).optional(),
  tools: tools.optional(),
});
export const regenerateBody = z.strictObject({ model: modelId });

export const decideCallBody = z.strictObject({ approve: z.boolean() });

export type SendMessageBody = z.infer<typeof sendMessageBody>;
