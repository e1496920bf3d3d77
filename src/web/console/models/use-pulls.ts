import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MODELS } from "../../app/queries.ts";
import type { PullView } from "../../app/admin-views.ts";
import { useAdmin } from "../parts/use-admin.ts";

export const OFFERS = ["admin", "models"] as const;
export const PULLS = ["admin", "pulls"] as const;

export const isUnderWay = ({ status }: PullView): boolean => status === "running" || status === "cancelling";

/** The pulls, fresh while one is under way. */
export function usePulls() {
  const admin = useAdmin();
  return useQuery({
    queryKey: PULLS,
    queryFn: () => admin.pulls(),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? 700 : 5000),
  });
}

/** Does something with a model and shows what became of it. */
export function useModelAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: async () => {
      for (const queryKey of [PULLS, OFFERS, MODELS]) await queries.invalidateQueries({ queryKey });
    },
  });
}
