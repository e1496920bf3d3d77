/** Sends every now and then, one message at a time. `post` must not throw. */
export class PeriodicSender {
  readonly #post: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #sending: Promise<void> | undefined;

  constructor(everyMs: number, post: () => Promise<void>) {
    this.#post = post;
    this.#timer = setInterval(() => void this.send(), everyMs).unref();
  }

  /** Sends now, or waits for what is being sent. */
  async send(): Promise<void> {
    this.#sending ??= this.#post().finally(() => (this.#sending = undefined));
    await this.#sending;
  }

  /** Sends what is left, once, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.send();
  }
}
