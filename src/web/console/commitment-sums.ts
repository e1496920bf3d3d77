import type { CommitmentView, UsageView } from "../app/admin-views.ts";

export interface DrawdownPoint {
  readonly atMs: number;
  /** Used since the start, in the currency's units. */
  readonly used: number;
}

export interface Drawdown {
  readonly startMs: number;
  readonly endMs: number;
  readonly committed: number;
  /** Used so far, what no invoice has counted yet included. */
  readonly used: number;
  readonly left: number;
  /** Beyond the commitment. */
  readonly overage: number;
  /** Used by now at an even pace. */
  readonly evenPace: number;
  /** Used at the end, as it goes on at the pace of the last days. */
  readonly forecast: number;
  /** When it is used up at that pace; undefined: not before its end. */
  readonly endsMs: number | undefined;
  /** What will be missing at the end at that pace. */
  readonly shortfall: number;
  readonly points: readonly DrawdownPoint[];
}

const DAY_MS = 86_400_000;
/** The pace is that of so many last days, or of all there were. */
const PACE_DAYS = 30;

/** Where a commitment stands and where it goes, from the amounts of each day. */
export function drawdownOf(
  commitment: CommitmentView,
  days: readonly Pick<UsageView, "day" | "amount">[],
  nowMs: number,
): Drawdown {
  const startMs = Date.parse(commitment.starts_at);
  const endMs = Date.parse(commitment.ends_at);
  const committed = Number(commitment.amount);
  const until = Math.min(nowMs, endMs);
  const inTerm = days
    .map(({ day = "", amount }) => ({ atMs: Date.parse(day.slice(0, 10)), amount: Number(amount) }))
    .filter(({ atMs }) => atMs + DAY_MS > startMs && atMs <= until)
    .toSorted((a, b) => a.atMs - b.atMs);
  const points: DrawdownPoint[] = [{ atMs: startMs, used: 0 }];
  for (const { atMs, amount } of inTerm)
    points.push({ atMs: Math.min(until, atMs + DAY_MS), used: points.at(-1)!.used + amount });
  const used = points.at(-1)!.used;
  const paceFrom = Math.max(startMs, until - PACE_DAYS * DAY_MS);
  const lately = inTerm.filter(({ atMs }) => atMs + DAY_MS > paceFrom).reduce((sum, { amount }) => sum + amount, 0);
  const perMs = until > paceFrom ? lately / Math.max(DAY_MS, until - paceFrom) : 0;
  const forecast = used + perMs * Math.max(0, endMs - until);
  const left = Math.max(0, committed - used);
  const endsMs = perMs > 0 && until + left / perMs < endMs ? until + left / perMs : undefined;
  const share = Math.min(1, Math.max(0, (until - startMs) / (endMs - startMs)));
  return {
    startMs,
    endMs,
    committed,
    used,
    left,
    overage: Math.max(0, used - committed),
    evenPace: committed * share,
    forecast,
    endsMs,
    shortfall: Math.max(0, committed - forecast),
    points: points.at(-1)!.atMs < until ? [...points, { atMs: until, used }] : points,
  };
}
