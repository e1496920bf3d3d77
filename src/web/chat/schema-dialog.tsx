import { useState } from "react";
import { useWords } from "../app/services.tsx";
import { jsonFault, jsonFaultText } from "../components/json-fault.ts";
import { Dialog } from "../components/dialog.tsx";

const EXAMPLE = JSON.stringify(
  {
    type: "object",
    properties: { name: { type: "string" }, date: { type: "string", format: "date" }, amount: { type: "number" } },
    required: ["name", "date", "amount"],
    additionalProperties: false,
  },
  undefined,
  2,
);

interface SchemaDialogProps {
  readonly schema: string | undefined;
  readonly onChange: (schema: string | undefined) => void;
  readonly onClose: () => void;
}

/** Where the JSON Schema of the next answers is written. */
export function SchemaDialog({ schema, onChange, onClose }: SchemaDialogProps) {
  const words = useWords();
  const { t } = words;
  const [text, setText] = useState(schema ?? EXAMPLE);
  const fault = text.trim() === "" ? ({ wanted: "{ … }" } as const) : jsonFault(text, "object");
  const choose = (value: string | undefined) => {
    onChange(value);
    onClose();
  };
  return (
    <Dialog title={t("composer.schemaTitle")} isOpen onClose={onClose}>
      <p className="mb-3 text-sm text-ink-2">{t("composer.schemaText")}</p>
      <textarea
        aria-label={t("composer.schemaLabel")}
        aria-invalid={fault !== undefined}
        aria-describedby="schema-fault"
        value={text}
        rows={12}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        className="field resize-y font-mono text-[13px] leading-5"
      />
      <p id="schema-fault" className="min-h-6 text-[13px] text-danger">
        {fault !== undefined && jsonFaultText(words, fault)}
      </p>
      <div className="mt-2 flex flex-wrap justify-end gap-2">
        {schema !== undefined && (
          <button type="button" className="button" onClick={() => choose(undefined)}>
            {t("composer.schemaOff")}
          </button>
        )}
        <button
          type="button"
          className="button button-primary"
          disabled={fault !== undefined}
          onClick={() => choose(text)}
        >
          {t("composer.schemaUse")}
        </button>
      </div>
    </Dialog>
  );
}
