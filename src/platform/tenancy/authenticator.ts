import { timingSafeEqual } from "node:crypto";
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
  readonly hash: Buffer;
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
 * From a request's headers to its caller. A known key costs one HMAC (about 3 µs) and no I/O; the cache is keyed by the whole
 * hash, so that no two keys can be confused, and remembers unknown keys too, so that guessing does not reach the store.
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
      const found = await this.#check(key);
      if (!(found instanceof TramontaneError)) return found;
      failure = found;
    }
    throw failure ?? unauthorized("Unauthorized");
  }

  /** What is known of keys and sessions is read anew: something about them has changed. */
  forget(): void {
    this.#known.clear();
  }

  async #check(key: string): Promise<Caller | TramontaneError> {
    const nowMs = this.#parts.clock.nowMs();
    const hash = hashKey(this.#parts.pepper, key);
    const index = hash.toString("latin1");
    let known = this.#known.get(index);
    if (known === undefined || nowMs - known.readAtMs > FRESH_MS) known = await this.#read(key, hash, known);
    if (known.caller === undefined || !timingSafeEqual(known.hash, hash)) return unauthorized("Unauthorized");
    if (known.expiresAtMs <= nowMs) return unauthorized("Unauthorized: the API key has expired");
    if (known.caller.keyId !== undefined) this.#lastUse.set(known.caller.keyId, nowMs);
    return known.caller;
  }

  /** Writes the last uses that are still in memory. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushUse();
  }

  async #read(key: string, hash: Buffer, previous: Known | undefined): Promise<Known> {
    const { keys, sessions } = this.#parts;
    const index = hash.toString("latin1");
    const nowMs = this.#parts.clock.nowMs();
    try {
      const found = await (key.startsWith(SESSION_PREFIX) ? sessions : keys).findCaller(hash);
      const expiresAtMs = found?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      const known = { hash, caller: found?.caller, expiresAtMs, readAtMs: nowMs };
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
  const keys = [bearer, headers["api-key"], headers["x-api-key"]];
  return [...new Set(keys.filter((key): key is string => typeof key === "string" && key !== ""))];
}

function unauthorized(message: string): TramontaneError {
  return new TramontaneError("unauthorized", message, {
    hint: "Send the header `Authorization: Bearer YOUR_API_KEY`.",
  });
}
