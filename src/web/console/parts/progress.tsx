interface ProgressProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly tone?: "accent" | "warn" | "danger";
}

const FILL = { accent: "bg-accent", warn: "bg-warn", danger: "bg-danger" } as const;

/** A bar of how much of something is done or used. */
export function Progress({ label, value, max, tone = "accent" }: ProgressProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className="h-2.5 w-full min-w-16 overflow-hidden rounded-full border border-line-strong bg-sunken"
    >
      <div className={`h-full ${FILL[tone]}`} style={{ width: `${share * 100}%` }} />
    </div>
  );
}
