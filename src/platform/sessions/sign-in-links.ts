import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "#base";
import type { Caller } from "../tenancy/caller.ts";

const VALID_MS = 60 * 60 * 1000;

/** Secrets that sign in once, within the hour: for the link shown to whoever starts the server on this machine. */
export class SignInLinks {
  readonly #clock: Clock;
  readonly #links = new Map<string, { readonly caller: Caller; readonly expiresAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(caller: Caller): string {
    const secret = `once_${randomBytes(32).toString("base64url")}`;
    this.#links.set(digest(secret), { caller, expiresAtMs: this.#clock.nowMs() + VALID_MS });
    return secret;
  }

  /** Whom the secret signs in, the first time. */
  use(secret: string): Caller | undefined {
    const key = digest(secret);
    const link = this.#links.get(key);
    this.#links.delete(key);
    return link && link.expiresAtMs > this.#clock.nowMs() ? link.caller : undefined;
  }
}

function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
