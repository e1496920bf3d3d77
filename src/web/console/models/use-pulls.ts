import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
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
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<Error>();
  /** Resolves to whether it was done. */
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setPending(true);
    setError(undefined);
    let fault: Error | undefined;
    try {
      await work();
    } catch (reason) {
      fault = reason instanceof Error ? reason : new Error(String(reason));
    }
    setError(fault);
    setPending(false);
    for (const queryKey of [PULLS, OFFERS, MODELS]) await queries.invalidateQueries({ queryKey });
    return fault === undefined;
  };
  return { run, isPending, error };
}
