import { hash as digest, timingSafeEqual } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { ApiKeys } from "./api-keys.ts";
import type { Caller } from "./caller.ts";
import { hashKey } from "./key-secret.ts";
import { SESSION_PREFIX } from "./member-sessions.ts";
import type { MemberSessions } from "./member-sessions.ts";

/** Request headers that may carry a key; names in lower case, as Node gives them. */
export type CredentialHeaders = Readonly<Record<string, string | string[] | undefined>>;

interface AuthenticatorParts {
  readonly keys: ApiKeys;
  readonly sessions: MemberSessions;
  readonly pepper: Buffer;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Known {
  /** SHA-256 of what was shown; in memory only. */
  readonly digest: Buffer;
  readonly caller: Caller | undefined;
  readonly expiresAtMs: number;
  readonly readAtMs: number;
}

/** How long another process's revocation may take to be seen here. Our own is seen at once. */
const FRESH_MS = 5_000;
/** How long known keys go on working while the store does not answer. */
const STALE_MS = 60_000;
const CACHED_KEYS = 10_000;
const USE_FLUSH_MS = 60_000;

/**
 * From a request's headers to its caller. A known key costs one SHA-256 (about 1 µs; the HMAC that the store knows it by costs
 * ten) and no I/O. What is known is kept by the whole digest, so that no two keys can be confused and no comparison's time tells
 * of a key; unknown keys are remembered too, so that guessing does not reach the store.
 */
export class Authenticator {
  readonly #parts: AuthenticatorParts;
  readonly #known = new Map<string, Known>();
  readonly #lastUse = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
    for (const source of [parts.keys, parts.sessions]) source.onChange(() => this.forget());
    this.#timer = setInterval(() => void this.#flushUse(), USE_FLUSH_MS).unref();
  }

  /**
   * Throws `unauthorized` without a valid key. Accepts `Authorization: Bearer`, `api-key` and `x-api-key`; one valid key is
   * enough, whatever else a request shows.
   */
  async authenticate(headers: CredentialHeaders): Promise<Caller> {
    let failure: TramontaneError | undefined;
    for (const key of keysOf(headers)) {
      const shown = digest("sha256", key, "buffer");
      const known = this.#fresh(shown) ?? (await this.#read(key, shown));
      const found = this.#check(known, shown);
      if (!(found instanceof TramontaneError)) return found;
      failure = found;
    }
    throw failure ?? unauthorized("Unauthorized");
  }

  /** What is known of keys and sessions is read anew: something about them has changed. */
  forget(): void {
    this.#known.clear();
  }

  #fresh(shown: Buffer): Known | undefined {
    const known = this.#known.get(shown.toString("latin1"));
    return known !== undefined && this.#parts.clock.nowMs() - known.readAtMs <= FRESH_MS ? known : undefined;
  }

  #check(known: Known, shown: Buffer): Caller | TramontaneError {
    const nowMs = this.#parts.clock.nowMs();
    if (known.caller === undefined || !timingSafeEqual(known.digest, shown)) return unauthorized("Unauthorized");
    if (known.expiresAtMs <= nowMs) return unauthorized("Unauthorized: the API key has expired");
    if (known.caller.keyId !== undefined) this.#lastUse.set(known.caller.keyId, nowMs);
    return known.caller;
  }

  /** Writes the last uses that are still in memory. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushUse();
  }

  async #read(key: string, shown: Buffer): Promise<Known> {
    const { keys, sessions, pepper } = this.#parts;
    const index = shown.toString("latin1");
    const previous = this.#known.get(index);
    const nowMs = this.#parts.clock.nowMs();
    try {
      const hash = hashKey(pepper, key);
      const found = await (key.startsWith(SESSION_PREFIX) ? sessions : keys).findCaller(hash);
      const expiresAtMs = found?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      const known = { digest: shown, caller: found?.caller, expiresAtMs, readAtMs: nowMs };
      if (this.#known.size >= CACHED_KEYS) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(index, known);
      return known;
    } catch (error) {
      this.#parts.logger.log("warn", "auth.store_unavailable", { message: String(error) });
      if (previous !== undefined && nowMs - previous.readAtMs < STALE_MS) return previous;
      throw new TramontaneError("storage_unavailable", "The key could not be checked: the store does not answer.", {
        cause: error,
      });
    }
  }

  async #flushUse(): Promise<void> {
    if (this.#lastUse.size === 0) return;
    const uses = new Map(this.#lastUse);
    this.#lastUse.clear();
    try {
      await this.#parts.keys.recordUse(uses);
    } catch (error) {
      this.#parts.logger.log("warn", "auth.last_use_not_recorded", { message: String(error) });
    }
  }
}

function keysOf(headers: CredentialHeaders): string[] {
  const { authorization } = headers;
  const bearer = typeof authorization === "string" ? /^bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
  const shown = [bearer, headers["api-key"], headers["x-api-key"]];
  return shown.filter((key, at): key is string => typeof key === "string" && key !== "" && shown.indexOf(key) === at);
}

function unauthorized(message: string): TramontaneError {
  return new TramontaneError("unauthorized", message, {
    hint: "Send the header `Authorization: Bearer YOUR_API_KEY`.",
  });
}
