import type { Drawdown } from "../commitment-sums.ts";
import { useConsoleWords } from "../console-words.tsx";
import { niceStep, useWidth } from "./use-width.ts";

const HEIGHT = 240;
const LEFT = 64;
const BOTTOM = 24;

interface DrawdownChartProps {
  readonly drawdown: Drawdown;
  readonly currency: string;
}

/** What is used of a commitment against an even pace, and how it goes on. */
export function DrawdownChart({ drawdown, currency }: DrawdownChartProps) {
  const words = useConsoleWords();
  const { t } = words;
  const [frame, width] = useWidth<HTMLDivElement>();
  const { startMs, endMs, committed, points, forecast, used } = drawdown;
  const most = Math.max(committed, forecast, used) || 1;
  const step = niceStep(most / 4);
  const top = Math.ceil(most / step) * step;
  const x = (atMs: number) => LEFT + ((atMs - startMs) / (endMs - startMs)) * Math.max(0, width - LEFT - 8);
  const y = (amount: number) => HEIGHT - BOTTOM - (amount / top) * (HEIGHT - BOTTOM - 8);
  const path = (line: readonly (readonly [number, number])[]) =>
    line.map(([atMs, amount], index) => `${index === 0 ? "M" : "L"}${x(atMs)} ${y(amount)}`).join("");
  const last = points.at(-1)!;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const summary = t("commitment.chartSummary", {
    used: words.money(used * 1e6, currency),
    committed: words.money(committed * 1e6, currency),
    forecast: words.money(forecast * 1e6, currency),
  });
  const day = (atMs: number) => words.date(atMs, { day: "numeric", month: "short", year: "2-digit", timeZone: "UTC" });
  return (
    <div ref={frame} className="w-full">
      <svg width={width} height={HEIGHT} role="img" aria-label={summary} className="num text-xs">
        {ticks.map((amount) => (
          <g key={amount}>
            <line x1={LEFT} x2={width} y1={y(amount)} y2={y(amount)} stroke="var(--border)" />
            <text x={LEFT - 8} y={y(amount) + 4} textAnchor="end" fill="var(--ink-3)">
              {words.number(amount, { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 })}
            </text>
          </g>
        ))}
        <path
          d={path([
            [startMs, 0],
            [endMs, committed],
          ])}
          stroke="var(--ink-3)"
          strokeDasharray="2 4"
          fill="none"
        />
        <line x1={LEFT} x2={width} y1={y(committed)} y2={y(committed)} stroke="var(--ink-2)" />
        <path
          d={path([
            [last.atMs, last.used],
            [endMs, forecast],
          ])}
          stroke="var(--warn)"
          strokeWidth={2}
          strokeDasharray="6 4"
          fill="none"
        />
        <path
          d={path(points.map(({ atMs, used: amount }) => [atMs, amount] as const))}
          stroke="var(--accent)"
          strokeWidth={2.5}
          fill="none"
        />
        <text x={LEFT} y={HEIGHT - 6} fill="var(--ink-3)">
          {day(startMs)}
        </text>
        <text x={width - 8} y={HEIGHT - 6} textAnchor="end" fill="var(--ink-3)">
          {day(endMs)}
        </text>
      </svg>
      <ul className="mt-1 flex flex-wrap gap-4 text-sm">
        <Key color="var(--accent)" text={t("commitment.used")} />
        <Key color="var(--ink-3)" text={t("commitment.evenPace")} />
        <Key color="var(--warn)" text={t("commitment.forecast")} />
      </ul>
    </div>
  );
}

function Key({ color, text }: { readonly color: string; readonly text: string }) {
  return (
    <li className="flex items-center gap-1.5">
      <span className="h-0.5 w-4" style={{ background: color }} />
      {text}
    </li>
  );
}
