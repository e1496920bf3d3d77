import { useConsoleWords } from "../console-words.tsx";
import type { UsageSeries } from "../usage-sums.ts";
import { niceStep, useWidth } from "./use-width.ts";

const HEIGHT = 220;
const LEFT = 56;
const BOTTOM = 24;
/** Room for the name of a day. */
const LABEL = 48;
const SERIES = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];

interface StackedBarsProps {
  readonly series: UsageSeries;
  readonly label: string;
  /** A value of the axis, in few characters. */
  readonly format: (value: number) => string;
}

/** Something per day, stacked by group: drawn at the measured width, so that its words are never scaled. */
export function StackedBars({ series: { days, groups }, label, format }: StackedBarsProps) {
  const words = useConsoleWords();
  const [frame, width] = useWidth<HTMLDivElement>();
  const most = Math.max(...days.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const step = niceStep((most > 0 ? most : 3) / 3);
  const top = Math.ceil(most / step) * step;
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 8);
  const slot = Math.max(2, (width - LEFT) / Math.max(1, days.length));
  const every = Math.max(1, Math.ceil(64 / slot));
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const dayLabel = (day: string) => words.date(Date.parse(day), { day: "numeric", month: "short", timeZone: "UTC" });
  return (
    <div ref={frame} className="w-full">
      <svg width={width} height={HEIGHT} role="img" aria-label={label} className="num text-xs">
        {lines.map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} stroke="var(--border)" />
            <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" fill="var(--ink-3)">
              {format(value)}
            </text>
          </g>
        ))}
        {days.map(({ day, values }, index) => (
          <g key={day} transform={`translate(${LEFT + index * slot} 0)`}>
            {values.map((value, series) => {
              const below = values.slice(0, series).reduce((sum, other) => sum + other, 0);
              return (
                <rect
                  key={groups[series]}
                  x={slot * 0.12}
                  width={Math.min(slot * 0.76, 48)}
                  y={y(below + value)}
                  height={Math.max(0, y(below) - y(below + value))}
                  fill={SERIES[series % SERIES.length]}
                />
              );
            })}
            {index % every === 0 && LEFT + index * slot + LABEL <= width && (
              <text x={0} y={HEIGHT - 6} fill="var(--ink-3)">
                {dayLabel(day)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {groups.map((name, series) => (
          <li key={name} className="flex min-w-0 items-center gap-1.5">
            <span className="size-3 shrink-0" style={{ background: SERIES[series % SERIES.length] }} />
            <span className="truncate">{name}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
