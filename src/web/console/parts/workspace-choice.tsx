import { useState } from "react";
import type { ReactNode } from "react";
import { useSession } from "../../app/queries.ts";
import { useMyWorkspaces } from "../../app/workspaces.ts";
import { useConsoleWords } from "../console-words.tsx";
import { ChoiceField } from "./form.tsx";
import { useWorkspaces } from "./use-scope-names.ts";

/** Which workspace a page is about, and the choice of it: at first the one that one is in. Undefined: all there are. */
export function useWorkspaceChoice(): readonly [string | undefined, ReactNode] {
  const { t } = useConsoleWords();
  const { data: user } = useSession();
  const { data: mine = [] } = useMyWorkspaces();
  const { data: all } = useWorkspaces();
  const [chosen, setChosen] = useState<string>();
  const here = mine.find(({ id }) => id === user?.workspaceId);
  const choices = all ?? mine.filter(({ organizationId }) => organizationId === here?.organizationId);
  if (choices.length < 2) return [undefined, null];
  const value = chosen ?? user?.workspaceId ?? "";
  return [
    value === "" ? undefined : value,
    <ChoiceField
      key="workspace"
      label={t("keys.workspace")}
      isBare
      value={value}
      options={[["", t("usage.allWorkspaces")], ...choices.map(({ id, name }) => [id, name] as const)]}
      onChange={setChosen}
    />,
  ];
}
