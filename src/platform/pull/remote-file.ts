import { get as getInTheClear } from "node:http";
import type { IncomingMessage } from "node:http";
import { get as getOverTls } from "node:https";
import type { Readable } from "node:stream";
import { TramontaneError } from "#base";
import { AddressGuard } from "../upstream/address-guard.ts";

/** An open answer that delivers a file from `startsAt` to its end. */
export interface RemoteFile {
  readonly body: Readable;
  readonly startsAt: number;
  readonly totalBytes: number | undefined;
  readonly etag: string | undefined;
  /** The digest the server states for the whole file, lower-case hexadecimal. */
  readonly sha256: string | undefined;
}

/** Where a file may come from: any address, or public ones and one origin (`https://hub.example`) that may be internal. */
export type Reach = "anywhere" | { readonly publicAnd: string };

interface Opening {
  readonly url: string;
  readonly reach: Reach;
  /** Continue after these bytes if the file still has this ETag. */
  readonly from: { readonly bytes: number; readonly etag: string } | undefined;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
const SILENCE_MS = 60_000;
const SHA256 = /^"?([0-9a-f]{64})"?$/;
const INTERNAL_HINT = "Bring such a file with `tramontane pull ADDRESS`, or make its server the hubUrl setting.";

/**
 * Opens a file over HTTP, following redirects by hand: hubs state the digest (`x-linked-etag`) on the first answer, before
 * they redirect to a storage host, and each address must be within reach. Errors: `forbidden` for one that is not,
 * `download_failed` for a final status (404, 403, …); anything a retry may mend (network, 5xx, 429) throws a plain error.
 */
export async function openRemoteFile(opening: Opening): Promise<RemoteFile> {
  let url = new URL(opening.url);
  let sha256: string | undefined;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new TramontaneError("download_failed", `${url.protocol} addresses are not supported: ${url.href}`);
    }
    const answer = await ask(url, opening);
    const { statusCode: status = 0, headers } = answer;
    sha256 ??= SHA256.exec(String(headers["x-linked-etag"] ?? ""))?.[1];
    if (status === 200 || status === 206) {
      const length = headers["content-length"];
      const startsAt = status === 206 ? (opening.from?.bytes ?? 0) : 0;
      const totalBytes = length === undefined ? undefined : startsAt + Number(length);
      return { body: answer, startsAt, totalBytes, etag: headers.etag, sha256 };
    }
    answer.destroy();
    if (status < 300 || status >= 400 || headers.location === undefined) throw statusError(status, url);
    url = new URL(headers.location, url);
  }
  throw new TramontaneError("download_failed", `${opening.url} redirects more than ${MAX_REDIRECTS} times`);
}

/**
 * One request, on a connection of its own. Node's client rather than undici 7: there, a server that closes the connection
 * while a file waits for the disk ends our process (undici's issue 5360).
 */
async function ask(url: URL, { reach, from, signal }: Opening): Promise<IncomingMessage> {
  const headers: Record<string, string> = { "user-agent": "tramontane", "accept-encoding": "identity" };
  if (from) Object.assign(headers, { range: `bytes=${from.bytes}-`, "if-range": from.etag });
  const options = { headers, signal, agent: false, timeout: SILENCE_MS, ...guardFor(url, reach) };
  return await new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? getOverTls : getInTheClear)(url, options, resolve);
    request.on("timeout", () => request.destroy(new Error(`${url.host} said nothing for ${SILENCE_MS / 1000} s`)));
    request.on("error", reject);
  });
}

function guardFor(url: URL, reach: Reach): { readonly lookup?: AddressGuard["lookup"] } {
  if (reach === "anywhere" || url.origin === reach.publicAnd) return {};
  const guard = new AddressGuard(INTERNAL_HINT);
  guard.refuseInternal(url.hostname);
  return { lookup: guard.lookup };
}

function statusError(status: number, url: URL): Error {
  const sentence = `${url.host} answered HTTP ${status}`;
  if (status >= 500 || status === 429) return new Error(sentence);
  const hint =
    status === 401 || status === 403
      ? "The model may need you to accept its licence on the hub first."
      : "Check the name, or the hubUrl setting.";
  return new TramontaneError("download_failed", sentence, { hint });
}
