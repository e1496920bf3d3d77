import { useState } from "react";
import type { LimitScope } from "../app/admin-views.ts";
import { useModels } from "../app/queries.ts";
import { useConsoleWords } from "./console-words.tsx";
import { ChoiceField, FormDialog, TextField } from "./parts/form.tsx";
import { useAdmin, useCurrency } from "./parts/use-admin.ts";
import { useKeys, useWorkspaces } from "./parts/use-scope-names.ts";

interface LimitDialogProps {
  readonly onDone: () => Promise<unknown>;
  readonly onClose: () => void;
}

interface ScopeChoice {
  readonly scope: LimitScope;
  readonly scope_id?: string;
}

/** The organisation, a workspace or a key, in one list. */
function ScopeField({ onChange, value }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useConsoleWords();
  const { data: keys = [] } = useKeys();
  const { data: workspaces = [] } = useWorkspaces();
  const options: (readonly [string, string])[] = [
    ["organization", t("limits.organization")],
    ...workspaces.map(({ id, name }) => [`workspace ${id}`, t("limits.workspaceNamed", { name })] as const),
    ...keys
      .filter((key) => key.revoked_at === null)
      .map(({ id, name }) => [`key ${id}`, t("limits.keyNamed", { name })] as const),
  ];
  return <ChoiceField label={t("limits.scope")} value={value} options={options} onChange={onChange} />;
}

function scopeOf(value: string): ScopeChoice {
  const [scope, id] = value.split(" ") as [LimitScope, string?];
  return id === undefined ? { scope } : { scope, scope_id: id };
}

export function BudgetDialog({ onDone, onClose }: LimitDialogProps) {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const currency = useCurrency();
  const [scope, setScope] = useState("organization");
  const [cap, setCap] = useState("");
  const [period, setPeriod] = useState<"month" | "total">("month");
  const [atCap, setAtCap] = useState<"stop" | "warn" | "overage">("stop");
  return (
    <FormDialog
      title={t("limits.newBudget")}
      submit={t("app.save")}
      isReady={/^\d+(\.\d+)?$/.test(cap)}
      onSubmit={() => admin.setBudget({ ...scopeOf(scope), cap, period, at_cap: atCap }).then(onDone)}
      onClose={onClose}
    >
      <ScopeField value={scope} onChange={setScope} />
      <TextField label={t("limits.cap", { currency })} value={cap} inputMode="decimal" onChange={setCap} />
      <ChoiceField
        label={t("limits.period")}
        value={period}
        options={[
          ["month", t("limits.month")],
          ["total", t("limits.total")],
        ]}
        onChange={setPeriod}
      />
      <ChoiceField
        label={t("limits.atCap")}
        value={atCap}
        options={(["stop", "warn", "overage"] as const).map((choice) => [choice, t(`limits.at_${choice}`)])}
        onChange={setAtCap}
      />
    </FormDialog>
  );
}

const FIELDS = [
  ["requests_per_second", "limits.fieldSecond"],
  ["tokens_per_minute", "limits.fieldMinute"],
  ["tokens_per_month", "limits.fieldMonth"],
  ["concurrent_requests", "limits.fieldOnce"],
] as const;

export function LimitDialog({ onDone, onClose }: LimitDialogProps) {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const { data: models = [] } = useModels();
  const [scope, setScope] = useState("organization");
  const [model, setModel] = useState("");
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const given = Object.entries(values).filter(([, text]) => text !== "");
  const save = () => {
    const numbers = Object.fromEntries(given.map(([name, text]) => [name, Number(text)]));
    return admin.setLimit({ ...scopeOf(scope), ...(model === "" ? {} : { model }), ...numbers }).then(onDone);
  };
  return (
    <FormDialog
      title={t("limits.newLimit")}
      submit={t("app.save")}
      isReady={given.length > 0 && given.every(([, text]) => Number(text) > 0)}
      onSubmit={save}
      onClose={onClose}
    >
      <ScopeField value={scope} onChange={setScope} />
      <ChoiceField
        label={t("composer.model")}
        value={model}
        options={[["", t("limits.allModels")], ...models.map(({ id }) => [id, id] as const)]}
        onChange={setModel}
      />
      {FIELDS.map(([name, label]) => (
        <TextField
          key={name}
          label={t(label)}
          inputMode="decimal"
          value={values[name] ?? ""}
          onChange={(text) => setValues({ ...values, [name]: text })}
        />
      ))}
    </FormDialog>
  );
}
