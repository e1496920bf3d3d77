import { chatStoreContract } from "./chat-store.contract.ts";
import { MemoryChatStore } from "./memory-chat-store.ts";

chatStoreContract("memory", async () => ({
  store: new MemoryChatStore(),
  workspaceIds: ["w1", "w2"],
  close: async () => {},
}));
