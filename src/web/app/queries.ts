import { useQuery } from "@tanstack/react-query";
import type { AppModel, AppUser, Conversation, JobView } from "#protocol";
import { useServices } from "./services.tsx";

export const SESSION = ["session"] as const;
export const CONVERSATIONS = ["conversations"] as const;
export const JOBS = ["jobs"] as const;
export const MODELS = ["models"] as const;

export function useSession() {
  const { api } = useServices();
  return useQuery<AppUser>({ queryKey: SESSION, queryFn: async () => (await api.session()).user, staleTime: 300_000 });
}

/** The models served here. */
export function useModels() {
  return useAllModels(isServed);
}

const isServed = ({ canBeDeployed }: AppModel): boolean => canBeDeployed !== true;
const isAny = (): boolean => true;

/** The models served here, and those that could be. */
export function useAllModels(isWanted: (model: AppModel) => boolean = isAny) {
  const { api } = useServices();
  return useQuery<AppModel[]>({
    select: (models) => models.filter(isWanted),
    queryKey: MODELS,
    queryFn: async () => (await api.models()).models,
    staleTime: 30_000,
    // While nothing can answer, somebody waits for it.
    refetchInterval: ({ state }) => (state.data?.some(({ ready }) => ready) ? false : 3000),
  });
}

/** The long jobs, as the event stream tells of them. */
export function useJobs() {
  return useQuery<readonly JobView[]>({ queryKey: JOBS, queryFn: () => [], staleTime: Infinity, gcTime: Infinity });
}

export function useConversations() {
  const { api } = useServices();
  return useQuery<Conversation[]>({
    queryKey: CONVERSATIONS,
    queryFn: async () => (await api.conversations()).conversations,
    staleTime: Infinity,
  });
}

export function useSearch(text: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: ["search", text],
    queryFn: async () => (await api.search(text)).hits,
    enabled: text.trim() !== "",
    staleTime: 5000,
    placeholderData: (before) => before,
  });
}
