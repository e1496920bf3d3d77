import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { PolicyDraft } from "#protocol";
import { PolicyApi } from "../app/policy-api.ts";
import type { PolicyView } from "../app/policy-views.ts";
import { useServices } from "../app/services.tsx";
import { FaultNote } from "../components/fault-note.tsx";
import { Icon } from "../components/icon.tsx";
import { useConsoleWords } from "./console-words.tsx";
import { Badge, Card } from "./parts/card.tsx";
import { ChoiceField, FormDialog, TextField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { draftOf, isComplete, moved, NEW_RULE } from "./policy/draft-rule.ts";
import { PolicyTrial } from "./policy/policy-trial.tsx";
import { templateName, templateText } from "./policy/rule-words.ts";
import { RuleEditor } from "./policy/rule-editor.tsx";
import { VersionList } from "./policy/version-list.tsx";

const POLICY = ["admin", "policy"] as const;

/** /console/policy: numbered rules in plain words: written, tried, published, and rolled back. */
export function PolicyPage() {
  const { api } = useServices();
  const { t } = useConsoleWords();
  const policies = new PolicyApi(api.call);
  const { data, error, refetch } = useQuery({ queryKey: POLICY, queryFn: () => policies.policy() });
  return (
    <>
      <PageHead title={t("console.policy")} lead={t("policy.lead")} />
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {data && <PolicyEditor key={data.published?.version ?? 0} policies={policies} policy={data} />}
    </>
  );
}

interface PolicyEditorProps {
  readonly policies: PolicyApi;
  readonly policy: PolicyView;
}

function PolicyEditor({ policies, policy }: PolicyEditorProps) {
  const words = useConsoleWords();
  const { t } = words;
  const queries = useQueryClient();
  const [draft, setDraft] = useState<PolicyDraft>(() =>
    draftOf(policy.draft?.definition ?? policy.published?.definition),
  );
  const [isChanged, setChanged] = useState(false);
  const [isPublishing, setPublishing] = useState(false);
  const [note, setNote] = useState("");
  const [fault, setFault] = useState<unknown>();
  const templates = useQuery({ queryKey: [...POLICY, "templates"], queryFn: () => policies.templates() });
  const version = policy.published?.version ?? 0;
  const change = (part: Partial<PolicyDraft>) => {
    setDraft({ ...draft, ...part });
    setChanged(true);
  };
  const show = (next: PolicyView) => {
    queries.setQueryData(POLICY, next);
    setDraft(draftOf(next.draft?.definition ?? next.published?.definition));
    setChanged(false);
    setFault(undefined);
  };
  const save = async () => {
    if (!isChanged) return;
    show(await policies.saveDraft(draft));
  };
  const attempt = (work: () => Promise<unknown>) => void work().catch(setFault);
  const hasDraft = isChanged || policy.draft !== null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={version === 0 ? "plain" : "policy"}>
          {version === 0 ? t("policy.unpublished") : t("policy.inForce", { n: version })}
        </Badge>
        {hasDraft && <Badge tone="warn">{t(isChanged ? "policy.unsaved" : "policy.draft")}</Badge>}
        <span className="grow" />
        {policy.draft && (
          <button
            type="button"
            className="button"
            onClick={() => attempt(async () => show(await policies.dropDraft()))}
          >
            {t("policy.drop")}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={!isChanged || !isComplete(draft)}
          onClick={() => attempt(save)}
        >
          {t("policy.save")}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={!hasDraft || !isComplete(draft)}
          onClick={() => attempt(() => save().then(() => setPublishing(true)))}
        >
          {t("policy.publish")}
        </button>
      </div>
      <p role="alert" className="text-sm text-danger">
        <FaultNote words={words} error={fault} />
      </p>
      {draft.rules.length === 0 && <p className="text-ink-2">{t("policy.none")}</p>}
      <ol className="flex flex-col gap-3">
        {draft.rules.map((rule, index) => (
          <RuleEditor
            key={rule.id ?? `new ${index}`}
            rule={rule}
            number={index + 1}
            advice={isChanged ? [] : policy.advice.filter((it) => it.number === index + 1)}
            onChange={(next) => change({ rules: draft.rules.with(index, next) })}
            onMove={draft.rules.length > 1 ? (by) => change({ rules: moved(draft.rules, index, by) }) : undefined}
            onRemove={() => change({ rules: draft.rules.toSpliced(index, 1) })}
          />
        ))}
      </ol>
      <div className="flex flex-wrap gap-2">
        <button type="button" className="button" onClick={() => change({ rules: [...draft.rules, NEW_RULE] })}>
          <Icon name="plus" size={16} />
          {t("policy.add")}
        </button>
        {templates.data && (
          <ChoiceField
            label={t("policy.template")}
            isBare
            value=""
            options={[
              ["", t("policy.template")],
              ...templates.data.map(({ name }) => [name, templateName(words, name)] as const),
            ]}
            onChange={(name) => {
              const found = templates.data.find((template) => template.name === name);
              if (found) change({ rules: [...draft.rules, { ...found.rule, text: templateText(words, found) }] });
            }}
          />
        )}
      </div>
      <Card title={t("policy.settings")}>
        <div className="grid gap-3 sm:grid-cols-2">
          <ChoiceField
            label={t("policy.onFailure")}
            value={draft.on_failure}
            options={(["closed", "open"] as const).map((it) => [it, t(`policy.fail_${it}`)])}
            onChange={(on_failure) => change({ on_failure })}
          />
          <label className="flex min-h-9 items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4"
              checked={draft.keep_excerpts}
              onChange={(event) => change({ keep_excerpts: event.target.checked })}
            />
            {t("policy.excerpts")}
          </label>
        </div>
      </Card>
      <PolicyTrial policies={policies} onBefore={save} />
      <VersionList policies={policies} current={version} onRolledBack={show} />
      {isPublishing && (
        <FormDialog
          title={t("policy.publish")}
          submit={t("policy.publish")}
          onSubmit={async () => {
            show(await policies.publish(note, version));
            await queries.invalidateQueries({ queryKey: POLICY });
          }}
          onClose={() => setPublishing(false)}
        >
          <p className="text-sm text-ink-2">{t("policy.publishText")}</p>
          <Changes policies={policies} />
          <TextField label={t("policy.note")} maxLength={500} value={note} onChange={setNote} />
        </FormDialog>
      )}
    </>
  );
}

/** What publishing changes, rule by rule. */
function Changes({ policies }: { readonly policies: PolicyApi }) {
  const { t } = useConsoleWords();
  const { data } = useQuery({ queryKey: [...POLICY, "diff"], queryFn: () => policies.diff(), staleTime: 0 });
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {data?.rules.map(({ kind, number_before: from, number_after: to, before, after }) => (
        <li key={`${kind} ${from} ${to}`}>
          <Badge tone={kind === "removed" ? "danger" : kind === "added" ? "ok" : "warn"}>{t(`policy.${kind}`)}</Badge>{" "}
          {kind === "changed" && <del className="text-ink-3">{before?.text}</del>} {(after ?? before)?.text}
        </li>
      ))}
    </ul>
  );
}
