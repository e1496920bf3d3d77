import { useState } from "react";
import type { InputHTMLAttributes, ReactNode } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { FaultNote } from "../../components/fault-note.tsx";
import type { ConsoleKey } from "../../i18n/console/catalog.ts";
import { useConsoleWords } from "../console-words.tsx";

interface FormDialogProps {
  readonly title: string;
  /** The word on the button. */
  readonly submit: string;
  readonly isReady?: boolean;
  readonly isDanger?: boolean;
  /** The caller shows something else when it is done. */
  readonly staysOpen?: boolean;
  /** What codes of errors mean here. */
  readonly known?: Readonly<Record<string, ConsoleKey>>;
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that does one thing and closes when it is done; says why when it is not. */
export function FormDialog(props: FormDialogProps) {
  const {
    title,
    submit,
    isReady = true,
    isDanger = false,
    staysOpen = false,
    known = {},
    onSubmit,
    onClose,
    children,
  } = props;
  const words = useConsoleWords();
  const { t } = words;
  const [fault, setFault] = useState<unknown>();
  const [isWorking, setWorking] = useState(false);
  const send = async () => {
    setWorking(true);
    setFault(undefined);
    try {
      await onSubmit();
      if (!staysOpen) onClose();
    } catch (error) {
      setFault(error);
      setWorking(false);
    }
  };
  return (
    <Dialog title={title} isOpen isAlert={isDanger} onClose={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !isWorking) void send();
        }}
      >
        {children}
        <p role="alert" className="min-h-5 text-[13px] text-danger">
          <FaultNote words={words} error={fault} known={known} />
        </p>
        <div className="flex justify-end gap-2">
          <button type="button" className="button" autoFocus={isDanger} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            className={`button ${isDanger ? "button-danger" : "button-primary"}`}
            disabled={!isReady || isWorking}
          >
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function TextField({ label, hint, value, onChange, ...rest }: TextFieldProps) {
  return (
    <label className="block text-sm">
      {label}
      <input {...rest} className="field mt-1" value={value} onChange={(event) => onChange(event.target.value)} />
      {hint !== undefined && <span className="mt-1 block text-[13px] text-ink-3">{hint}</span>}
    </label>
  );
}

interface ChoiceFieldProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  /** Says the label to screen readers only. */
  readonly isBare?: boolean;
}

export function ChoiceField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, value, options, onChange, isBare = false } = props;
  return (
    <label className={isBare ? "block" : "block text-sm"}>
      <span className={isBare ? "sr-only" : ""}>{label}</span>
      <select
        className={`field ${isBare ? "w-auto text-sm" : "mt-1"}`}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
