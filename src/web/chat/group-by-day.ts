import type { Conversation } from "#protocol";

export interface ConversationGroup {
  /** Start of the group's day, or which special group this is. */
  readonly key: "pinned" | "today" | "yesterday" | number;
  readonly conversations: readonly Conversation[];
}

/** Pinned ones first, then by the day of the last change, newest first; days older than a week are joined by month. */
export function groupByDay(conversations: readonly Conversation[], nowMs: number): ConversationGroup[] {
  const groups = new Map<ConversationGroup["key"], Conversation[]>([["pinned", []]]);
  const today = startOfDay(nowMs);
  for (const conversation of conversations) {
    const key = conversation.pinned ? "pinned" : keyOf(conversation.updatedAtMs, today);
    const group = groups.get(key);
    if (group) group.push(conversation);
    else groups.set(key, [conversation]);
  }
  return [...groups].filter(([, list]) => list.length > 0).map(([key, list]) => ({ key, conversations: list }));
}

function keyOf(atMs: number, today: number): ConversationGroup["key"] {
  if (atMs >= today) return "today";
  const day = startOfDay(atMs);
  if (day === startOfDay(today - 1)) return "yesterday";
  const date = new Date(day);
  return today - day <= 7 * 86_400_000 ? day : new Date(date.getFullYear(), date.getMonth(), 1).getTime();
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}
