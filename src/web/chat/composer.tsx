import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { ClipboardEvent, DragEvent, KeyboardEvent } from "react";
import type { AppModel } from "#protocol";
import { usePreferences, useServices, useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { MAX_DOCUMENT_BYTES, MAX_FILE_BYTES, MAX_FILES, readFiles } from "./attachments.ts";
import type { FileRefusal } from "./attachments.ts";
import { EMPTY_DRAFT, loadDraft, saveDraft } from "./drafts.ts";
import type { Draft } from "./drafts.ts";
import { FileChip } from "./file-chip.tsx";
import { ModelPicker } from "./model-picker.tsx";
import { UploadChip } from "./upload-chip.tsx";
import { useSendWhenReady } from "./use-send-when-ready.ts";
import { useUploads } from "./use-uploads.ts";

const SchemaDialog = lazy(async () => ({ default: (await import("./schema-dialog.tsx")).SchemaDialog }));
const ToolsDialog = lazy(async () => ({ default: (await import("./tools-dialog.tsx")).ToolsDialog }));

interface ComposerProps {
  /** Whose draft this is. */
  readonly draftKey: string;
  readonly models: readonly AppModel[];
  readonly model: string | undefined;
  readonly onModel: (model: string) => void;
  /** An answer is being written in this conversation. */
  readonly isAnswering: boolean;
  /** Why nothing can be sent now. */
  readonly notice: string | undefined;
  /** Resolves to whether it was sent; what was not sent stays. */
  readonly onSend: (draft: Draft) => Promise<boolean>;
  readonly onStop: () => void;
  readonly onEditLast: () => void;
}

/** Where one writes: files by button, drop or paste, the model, a JSON schema. A draft survives everything but being sent. */
export function Composer(props: ComposerProps) {
  const { draftKey, models, model, onModel, isAnswering, notice, onSend, onStop, onEditLast } = props;
  const words = useWords();
  const { t } = words;
  const { api } = useServices();
  const { enterSends } = usePreferences();
  const [draft, setDraft] = useState(() => loadDraft(draftKey));
  const [refusals, setRefusals] = useState<readonly FileRefusal[]>([]);
  const [isDropping, setDropping] = useState(false);
  const [isToolsOpen, setToolsOpen] = useState(false);
  const [isSchemaOpen, setSchemaOpen] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const canUseTools = models.find(({ id }) => id === model)?.capabilities.tools === true;
  const hasText = draft.text.trim() !== "";
  const { uploads, watch } = useUploads();
  const isReading = uploads.length > 0;
  const canSend = hasText && model !== undefined && !isAnswering && !isReading;
  // What is read while one writes on is added to what is written by then.
  const latest = useRef(draft);

  const change = (part: Partial<Draft>) => {
    // What is being changed is not finished.
    callOff();
    const next = { ...latest.current, ...part };
    latest.current = next;
    setDraft(next);
    saveDraft(draftKey, next);
  };
  const send = async () => {
    if (!hasText) return;
    if (!canSend) return wait();
    const sent = draft;
    change({ ...EMPTY_DRAFT, schema: sent.schema, tools: sent.tools });
    setRefusals([]);
    if (await onSend(sent)) return;
    latest.current = sent;
    setDraft(sent);
    saveDraft(draftKey, sent);
  };
  const { isWaiting, wait, callOff } = useSendWhenReady(canSend, () => void send());
  const addFiles = async (files: readonly File[]) => {
    const read = await readFiles(files, draft.files.length, { read: api.readDocument, watch });
    change({ files: [...latest.current.files, ...read.attachments] });
    setRefusals(read.refusals);
  };

  useEffect(() => field.current?.focus({ preventScroll: true }), [draftKey]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "ArrowUp" && draft.text === "") {
      event.preventDefault();
      onEditLast();
    }
    if (event.key !== "Enter" || event.nativeEvent.isComposing || event.shiftKey) return;
    if (!enterSends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    void send();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    void addFiles([...event.clipboardData.files]);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    void addFiles([...event.dataTransfer.files]);
  };

  return (
    <form
      className="px-3 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={onDrop}
    >
      <div className="mx-auto max-w-[46rem]">
        <div className="breeze mx-3 mb-1.5" data-on={isAnswering} />
        {notice !== undefined && (
          <p role="alert" className="mb-1.5 rounded-md bg-warn-soft px-3 py-1.5 text-[13px] text-warn">
            {notice}
          </p>
        )}
        {isWaiting && (
          <p role="status" className="mb-1.5 px-3 text-[13px] text-ink-2">
            {t(isAnswering ? "composer.afterAnswer" : isReading ? "composer.afterFiles" : "composer.whenReady")}
          </p>
        )}
        {refusals.length > 0 && (
          <ul role="alert" className="mb-1.5 rounded-md bg-danger-soft px-3 py-1.5 text-[13px] text-danger">
            {refusals.map(({ name, reason }) => (
              <li key={name}>{refusalText(name, reason)}</li>
            ))}
          </ul>
        )}
        <div className="rounded-lg border border-line-strong bg-surface focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
          {(draft.files.length > 0 || isReading) && (
            <ul aria-label={t("message.files")} className="flex flex-wrap gap-2 px-3 pt-3">
              {draft.files.map((file, index) => (
                <FileChip
                  key={`${file.name} ${index}`}
                  file={file}
                  onRemove={() => change({ files: draft.files.filter((other) => other !== file) })}
                />
              ))}
              {uploads.map((upload) => (
                <UploadChip key={upload.id} upload={upload} />
              ))}
            </ul>
          )}
          <textarea
            ref={field}
            id="composer"
            aria-label={t("composer.message")}
            placeholder={isDropping ? t("composer.drop") : t("composer.message")}
            rows={2}
            value={draft.text}
            onChange={(event) => change({ text: event.target.value })}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            className="block field-sizing-content max-h-[40dvh] min-h-16 w-full resize-none bg-transparent px-3.5 pt-3 outline-none placeholder:text-ink-3"
          />
          <div className="flex items-center gap-1 p-2">
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                void addFiles([...(event.target.files ?? [])]);
                event.target.value = "";
              }}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={t("composer.attach")}
              title={t("composer.attach")}
              onClick={() => picker.current?.click()}
            >
              <Icon name="clip" />
            </button>
            <button
              type="button"
              className={`icon-button ${draft.schema === undefined ? "" : "bg-accent-soft text-accent"}`}
              aria-label={t(draft.schema === undefined ? "composer.schema" : "composer.schemaOn")}
              title={t("composer.schema")}
              onClick={() => setSchemaOpen(true)}
            >
              <Icon name="braces" />
            </button>
            {canUseTools && (
              <button
                type="button"
                className={`icon-button ${draft.tools === undefined ? "" : "bg-accent-soft text-accent"}`}
                aria-label={t(draft.tools === undefined ? "composer.useTools" : "composer.toolsOn")}
                title={t("composer.useTools")}
                onClick={() => setToolsOpen(true)}
              >
                <Icon name="wrench" />
              </button>
            )}
            <ModelPicker models={models} model={model} onChange={onModel} />
            <span className="grow" />
            {isAnswering ? (
              <button
                type="button"
                onClick={onStop}
                aria-label={t("composer.stop")}
                className="icon-button bg-ink text-bg hover:bg-ink-2 hover:text-bg"
              >
                <span className="size-3 rounded-[2px] bg-current" />
              </button>
            ) : (
              <button
                type="submit"
                aria-label={t("composer.send")}
                aria-disabled={!hasText}
                className="icon-button bg-accent text-on-accent hover:bg-accent-hover hover:text-on-accent aria-disabled:bg-sunken aria-disabled:text-ink-3"
              >
                <Icon name="up" />
              </button>
            )}
          </div>
        </div>
      </div>
      {isSchemaOpen && (
        <Suspense>
          <SchemaDialog
            schema={draft.schema}
            onChange={(schema) => change({ schema })}
            onClose={() => setSchemaOpen(false)}
          />
        </Suspense>
      )}
      {isToolsOpen && (
        <Suspense>
          <ToolsDialog
            tools={draft.tools}
            onChange={(tools) => change({ tools })}
            onClose={() => setToolsOpen(false)}
          />
        </Suspense>
      )}
    </form>
  );

  function refusalText(name: string, reason: FileRefusal["reason"]): string {
    if (reason === "tooMany") return t("composer.tooMany", { n: MAX_FILES });
    const size = words.bytes(/\.(pdf|docx)$/i.test(name) ? MAX_DOCUMENT_BYTES : MAX_FILE_BYTES);
    return t(`composer.${reason}`, { name, size, model: model ?? "" });
  }
}
