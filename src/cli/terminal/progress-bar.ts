/** Bytes as people read them: 1.5 GB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds as people read them: 2 m 05 s. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${String(Math.ceil(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} m`;
}

export interface ProgressBar {
  update(doneBytes: number, totalBytes: number | undefined, startedAtBytes?: number): void;
  finish(): void;
}

const WIDTH = 28;
const REDRAW_MS = 100;

/** One line that redraws itself on a terminal; elsewhere (a log file) a line every ten percent. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream, nowMs: () => number): ProgressBar {
  const startedMs = nowMs();
  let drawnMs = 0;
  let decile = -1;
  let drawn = false;
  const lineOf = (done: number, total: number | undefined, startedAt: number): string => {
    const seconds = Math.max(0.001, (nowMs() - startedMs) / 1000);
    const rate = (done - startedAt) / seconds;
    if (total === undefined) return `${label}  ${formatBytes(done)}  ${formatBytes(rate)}/s`;
    const filled = Math.round((done / total) * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    const left = rate > 0 ? `  ${formatDuration((total - done) / rate)} left` : "";
    return `${label}  ${bar} ${Math.floor((done / total) * 100)} %  ${formatBytes(done)} of ${formatBytes(total)}  ${formatBytes(rate)}/s${left}`;
  };
  return {
    update(done, total, startedAt = 0) {
      const whole = total !== undefined && done >= total;
      if (stream.isTTY) {
        if (nowMs() - drawnMs < REDRAW_MS && !whole) return;
        drawnMs = nowMs();
        drawn = true;
        stream.write(`\r\x1b[K${lineOf(done, total, startedAt)}`);
      } else if (total !== undefined && Math.floor((done / total) * 10) > decile) {
        decile = Math.floor((done / total) * 10);
        stream.write(`${lineOf(done, total, startedAt)}\n`);
      }
    },
    finish() {
      if (drawn) stream.write("\n");
    },
  };
}
