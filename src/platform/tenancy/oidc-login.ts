import { createHmac, timingSafeEqual } from "node:crypto";
import * as client from "openid-client";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { Identity } from "./member-identity.ts";

export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE protects alone. */
  readonly clientSecret: string | undefined;
  /** Where the provider sends people back to; registered there. */
  readonly redirectUrl: URL;
}

interface OidcLoginParts {
  readonly settings: OidcSettings;
  /** Signs what a browser keeps between leaving and coming back. */
  readonly pepper: Buffer;
  readonly clock: Clock;
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly expiresAtMs: number;
}

const FLOW_MS = 10 * 60_000;

/**
 * Signing in at an OpenID provider (authorization code with PKCE, state and nonce). What the way back is checked against
 * travels in the browser, signed, so that any server of several may receive it and none has to remember.
 */
export class OidcLogin {
  readonly #parts: OidcLoginParts;
  #discovered: Promise<client.Configuration> | undefined;

  constructor(parts: OidcLoginParts) {
    this.#parts = parts;
  }

  /** Where to send a browser, and what it must bring back. Errors: `unauthorized` when the provider does not answer. */
  async begin(): Promise<{ url: URL; flow: string }> {
    const config = await this.#configuration();
    const flow: Flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      expiresAtMs: this.#parts.clock.nowMs() + FLOW_MS,
    };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: this.#parts.settings.redirectUrl.href,
      scope: "openid email profile",
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: "S256",
    });
    return { url, flow: this.#seal(flow) };
  }

  /**
   * Who came back. `query` is that of the address the provider sent the browser to, `flow` what `begin` gave it. Errors:
   * `unauthorized` for a way back that was not begun here, is too old, or that the provider does not confirm.
   */
  async finish(query: string, flow: string | undefined): Promise<Identity> {
    const { state, nonce, verifier } = this.#open(flow);
    const { settings } = this.#parts;
    const config = await this.#configuration();
    const here = new URL(settings.redirectUrl);
    here.search = query;
    try {
      const tokens = await client.authorizationCodeGrant(config, here, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      // Many providers tell address and name only when asked.
      const about =
        claims["email"] === undefined ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : claims;
      const { email, email_verified: isVerified, name } = about;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: typeof email === "string" && isVerified === true ? email.trim().toLowerCase() : undefined,
        name: typeof name === "string" ? name.slice(0, 200) : undefined,
      };
    } catch (error) {
      throw failed("The sign-in was not confirmed by the provider.", error);
    }
  }

  #configuration(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#parts.settings;
    const isLocal = ["127.0.0.1", "[::1]", "localhost"].includes(issuer.hostname);
    const auth = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
    // The plain protocol is for providers on this machine alone.
    const options = isLocal && issuer.protocol === "http:" ? { execute: [client.allowInsecureRequests] } : {};
    this.#discovered ??= client.discovery(issuer, clientId, undefined, auth, options).catch((error: unknown) => {
      this.#discovered = undefined;
      throw failed("The sign-in provider does not answer.", error);
    });
    return this.#discovered;
  }

  #seal(flow: Flow): string {
    const text = Buffer.from(JSON.stringify(flow)).toString("base64url");
    return `${text}.${this.#mac(text).toString("base64url")}`;
  }

  #open(sealed: string | undefined): Flow {
    const [text = "", mac = ""] = (sealed ?? "").split(".");
    const [expected, given] = [this.#mac(text), Buffer.from(mac, "base64url")];
    const isOurs = expected.length === given.length && timingSafeEqual(expected, given);
    const flow = isOurs ? (JSON.parse(Buffer.from(text, "base64url").toString()) as Flow) : undefined;
    if (flow !== undefined && flow.expiresAtMs > this.#parts.clock.nowMs()) return flow;
    throw failed("This sign-in was not begun here, or too long ago. Begin again.");
  }

  #mac(text: string): Buffer {
    return createHmac("sha256", this.#parts.pepper).update(`oidc-flow:${text}`).digest();
  }
}

function failed(message: string, cause?: unknown): TramontaneError {
  return new TramontaneError("unauthorized", message, {
    cause,
    hint: "Open /auth/oidc to begin again.",
  });
}
