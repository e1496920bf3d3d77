interface StepBarProps {
  readonly label: string;
  readonly steps: readonly { readonly key: string; readonly name: string; readonly fraction: number }[];
  /** The step under way; undefined: all are done, or none goes on. */
  readonly current: string | undefined;
}

/** Steps one after the other as one bar: which is under way, and how far it is. */
export function StepBar({ label, steps, current }: StepBarProps) {
  const done = steps.reduce((sum, { fraction }) => sum + fraction, 0) / steps.length;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(done * 100)}
      aria-valuetext={steps.find(({ key }) => key === current)?.name}
      className="grid grid-cols-4 gap-1"
    >
      {steps.map(({ key, name, fraction }) => (
        <div key={key} className="min-w-0">
          <div className="h-2 overflow-hidden rounded-full border border-line-strong bg-sunken">
            <div className="h-full bg-accent transition-[width]" style={{ width: `${fraction * 100}%` }} />
          </div>
          <p
            aria-hidden="true"
            className={`mt-1 truncate text-xs ${key === current ? "font-medium text-ink" : "text-ink-3"}`}
          >
            {name}
          </p>
        </div>
      ))}
    </div>
  );
}
