import { useId } from "react";
import { jsonFaultText } from "../../components/json-fault.ts";
import type { JsonFault } from "../../components/json-fault.ts";
import { useConsoleWords } from "../console-words.tsx";

interface JsonEditorProps {
  readonly label: string;
  readonly value: string;
  readonly fault: JsonFault | undefined;
  /** What an empty editor can be filled with. */
  readonly sample: string;
  readonly onChange: (value: string) => void;
}

/** A JSON text with its fault under it. */
export function JsonEditor({ label, value, fault, sample, onChange }: JsonEditorProps) {
  const words = useConsoleWords();
  const { t } = words;
  const id = useId();
  return (
    <div className="mt-3">
      <div className="flex min-h-9 items-center justify-between gap-2 text-sm">
        <label htmlFor={id}>{label}</label>
        {value.trim() === "" ? (
          <button type="button" className="shrink-0 text-accent underline" onClick={() => onChange(sample)}>
            {t("playground.sample")}
          </button>
        ) : (
          <button type="button" className="shrink-0 text-accent underline" onClick={() => onChange("")}>
            {t("playground.clear")}
          </button>
        )}
      </div>
      <textarea
        id={id}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-fault`}
        className="field field-sizing-content max-h-48 min-h-16 resize-y font-mono text-xs leading-5"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-fault`} className="text-[13px] text-danger">
        {fault !== undefined && jsonFaultText(words, fault)}
      </p>
    </div>
  );
}
