import { useId } from "react";
import type { ReactNode } from "react";

interface CardProps {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page with a name. */
export function Card({ title, aside, children }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-lg border border-line bg-surface p-4">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** One big number. Stands in a `<dl>`. */
export function Figure({ name, value, note }: FigureProps) {
  return (
    <div className="min-w-0 rounded-lg border border-line bg-surface p-4">
      <dt className="text-[13px] text-ink-2">{name}</dt>
      <dd className="num text-xl leading-7 font-bold wrap-anywhere sm:text-[26px] sm:leading-8">{value}</dd>
      {note !== undefined && <dd className="num text-[13px] text-ink-2">{note}</dd>}
    </div>
  );
}

const TONES = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
  policy: "bg-policy-soft text-policy",
  plain: "bg-sunken text-ink-2",
} as const;

export type Tone = keyof typeof TONES;

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`rounded-sm px-2 py-0.5 text-xs whitespace-nowrap ${TONES[tone]}`}>{children}</span>;
}
