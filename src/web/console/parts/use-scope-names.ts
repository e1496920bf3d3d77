import { useQuery } from "@tanstack/react-query";
import type { LimitScope } from "../../app/admin-views.ts";
import { useConsoleWords } from "../console-words.tsx";
import { useAdmin, useMay } from "./use-admin.ts";

export const KEYS = ["admin", "keys"] as const;
export const WORKSPACES = ["admin", "workspaces"] as const;
export const MEMBERS = ["admin", "members"] as const;

export function useKeys() {
  const admin = useAdmin();
  return useQuery({ queryKey: KEYS, queryFn: () => admin.keys(), enabled: useMay("admin") });
}

export function useWorkspaces() {
  const admin = useAdmin();
  return useQuery({ queryKey: WORKSPACES, queryFn: () => admin.workspaces(), enabled: useMay("admin") });
}

export function useMembers() {
  const admin = useAdmin();
  return useQuery({ queryKey: MEMBERS, queryFn: () => admin.members(), enabled: useMay("admin") });
}

/** Who or what an id of a record names, such as `key:ID` or `user:ID`, by name where it is known here or in the record. */
export function useNames(): (id: string, details?: unknown) => string {
  const { t } = useConsoleWords();
  const { data: keys = [] } = useKeys();
  const { data: workspaces = [] } = useWorkspaces();
  const { data: members = [] } = useMembers();
  return (named, details) => {
    const [, kind = "", id = ""] = /^([a-z_]+):(.+)$/.exec(named) ?? [];
    if (kind === "organization") return t("limits.organization");
    const among = { key: keys, api_key: keys, user: members, workspace: workspaces }[kind];
    return among?.find((it) => it.id === id)?.name ?? nameIn(details) ?? named;
  };
}

/** What a record's details call the thing it is about. */
function nameIn(details: unknown): string | undefined {
  const { name, email } = (details ?? {}) as { readonly name?: unknown; readonly email?: unknown };
  return [name, email].find((it) => typeof it === "string");
}

interface Scoped {
  readonly scope: LimitScope;
  readonly scope_id: string;
}

/** What a limit or a budget holds for, in words. */
export function useScopeNames(): (scoped: Scoped) => string {
  const { t } = useConsoleWords();
  const { data: keys = [] } = useKeys();
  const { data: workspaces = [] } = useWorkspaces();
  return ({ scope, scope_id: id }) => {
    const named = { organization: [], workspace: workspaces, key: keys }[scope].find((it) => it.id === id);
    const name = named?.name ?? id.slice(0, 8);
    return scope === "organization" ? t("limits.organization") : t(`limits.${scope}Named`, { name });
  };
}
