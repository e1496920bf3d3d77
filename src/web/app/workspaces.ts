import { useQuery } from "@tanstack/react-query";
import type { AppWorkspace } from "#protocol";
import type { Api } from "./api.ts";
import { useServices } from "./services.tsx";

/** Where the tabs of a browser, which share their session, hear that it is in another workspace now. */
const MOVES = "tramontane-workspace";

export const MY_WORKSPACES = ["workspaces"] as const;

/** The workspaces that whoever is signed in may enter. */
export function useMyWorkspaces() {
  const { api } = useServices();
  return useQuery({
    queryKey: MY_WORKSPACES,
    queryFn: async () =>
      (await api.call<{ readonly workspaces: readonly AppWorkspace[] }>("GET", "/api/workspaces")).workspaces,
    staleTime: 60_000,
  });
}

/** Goes on in another workspace, in every tab: on new pages, so that nothing of the old one stays in memory. */
export async function enterWorkspace(api: Api, workspaceId: string): Promise<void> {
  await api.call("PUT", "/api/session/workspace", { body: { workspaceId } });
  new BroadcastChannel(MOVES).postMessage(workspaceId);
  beginAnew();
}

/** Follows when another tab enters another workspace; the returned function ends it. */
export function followMoves(): () => void {
  const channel = new BroadcastChannel(MOVES);
  channel.addEventListener("message", beginAnew);
  return () => channel.close();
}

function beginAnew(): void {
  location.assign(location.pathname.startsWith("/console") ? "/console" : "/chat");
}
