import { useConsoleWords } from "../console-words.tsx";
import type { UsageSums } from "../usage-sums.ts";
import { niceStep, useWidth } from "./use-width.ts";

const HEIGHT = 220;
const LEFT = 56;
const BOTTOM = 24;
const SERIES = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];

/** Tokens per day, stacked by group: drawn at the measured width, so that its words are never scaled. */
export function StackedBars({ sums, label }: { readonly sums: UsageSums; readonly label: string }) {
  const words = useConsoleWords();
  const [frame, width] = useWidth<HTMLDivElement>();

  const { days, groups } = sums;
  const most = Math.max(1, ...days.map(({ tokens }) => tokens.reduce((sum, count) => sum + count, 0)));
  const step = niceStep(Math.max(3, most) / 3);
  const top = Math.ceil(most / step) * step;
  const y = (tokens: number) => HEIGHT - BOTTOM - (tokens / top) * (HEIGHT - BOTTOM - 8);
  const slot = Math.max(2, (width - LEFT) / Math.max(1, days.length));
  const every = Math.max(1, Math.ceil(64 / slot));
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const dayLabel = (day: string) => words.date(Date.parse(day), { day: "numeric", month: "short", timeZone: "UTC" });
  const compact = (tokens: number) => words.number(tokens, { notation: "compact", maximumFractionDigits: 1 });
  return (
    <div ref={frame} className="w-full">
      <svg width={width} height={HEIGHT} role="img" aria-label={label} className="num text-xs">
        {lines.map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} stroke="var(--border)" />
            <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" fill="var(--ink-3)">
              {compact(value)}
            </text>
          </g>
        ))}
        {days.map(({ day, tokens }, index) => (
          <g key={day} transform={`translate(${LEFT + index * slot} 0)`}>
            {tokens.map((count, series) => {
              const below = tokens.slice(0, series).reduce((sum, other) => sum + other, 0);
              return (
                <rect
                  key={groups[series]}
                  x={slot * 0.12}
                  width={Math.min(slot * 0.76, 48)}
                  y={y(below + count)}
                  height={Math.max(0, y(below) - y(below + count))}
                  fill={SERIES[series % SERIES.length]}
                />
              );
            })}
            {index % every === 0 && (
              <text x={0} y={HEIGHT - 6} fill="var(--ink-3)">
                {dayLabel(day)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <ul className="mt-1 flex flex-wrap gap-4 text-sm">
        {groups.map((model, series) => (
          <li key={model} className="flex items-center gap-1.5">
            <span className="size-3" style={{ background: SERIES[series % SERIES.length] }} />
            {model}
          </li>
        ))}
      </ul>
    </div>
  );
}
