import { useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { AdminApi } from "../../app/admin-api.ts";
import { useSession } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";

export const COMMITMENTS = ["admin", "commitments"] as const;

/** The doors of the API, for whoever is signed in. */
export function useAdmin(): AdminApi {
  const { api } = useServices();
  return useMemo(() => new AdminApi(api.call), [api]);
}

export function useMay(scope: string): boolean {
  const { data: user } = useSession();
  return user?.scopes.includes(scope) === true;
}

/** The currency of the organisation's price list; euro while it has none. */
export function useCurrency(): string {
  const admin = useAdmin();
  const { data } = useQuery({
    queryKey: ["admin", "currency"],
    queryFn: () => admin.currency(),
    enabled: useMay("billing:read"),
    staleTime: 300_000,
  });
  return data ?? "EUR";
}
