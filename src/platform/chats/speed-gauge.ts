import type { MessageDetails } from "#protocol";

/** Weight of the newest answer in the running mean. */
const NEWEST = 0.3;

/** How fast each model has answered lately on this machine, in tokens per second. */
export class SpeedGauge {
  readonly #speeds = new Map<string, number>();

  record({ model, usage }: MessageDetails): void {
    const speed = usage?.tokensPerSecond;
    if (model === undefined || speed === undefined) return;
    const before = this.#speeds.get(model) ?? speed;
    this.#speeds.set(model, before + NEWEST * (speed - before));
  }

  of(model: string): number | undefined {
    return this.#speeds.get(model);
  }
}
