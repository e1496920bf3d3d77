import type { Readable } from "node:stream";
import { request } from "undici";
import { TramontaneError } from "#base";

/** An open answer that delivers a file from `startsAt` to its end. */
export interface RemoteFile {
  readonly body: Readable;
  readonly startsAt: number;
  readonly totalBytes: number | undefined;
  readonly etag: string | undefined;
  /** The digest the server states for the whole file, lower-case hexadecimal. */
  readonly sha256: string | undefined;
}

interface Opening {
  readonly url: string;
  /** Continue after these bytes if the file still has this ETag. */
  readonly from: { readonly bytes: number; readonly etag: string } | undefined;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
const SHA256 = /^"?([0-9a-f]{64})"?$/;

/**
 * Opens a file over HTTP, following redirects by hand because hubs state the digest (`x-linked-etag`) on the first
 * answer, before they redirect to a storage host. Errors: `download_failed` for a final status (404, 403, …); anything
 * a retry may mend (network, 5xx, 429) throws a plain error.
 */
export async function openRemoteFile(opening: Opening): Promise<RemoteFile> {
  let url = new URL(opening.url);
  let sha256: string | undefined;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new TramontaneError("download_failed", `${url.protocol} addresses are not supported: ${url.href}`);
    }
    const headers: Record<string, string> = { "user-agent": "tramontane", "accept-encoding": "identity" };
    if (opening.from) Object.assign(headers, { range: `bytes=${opening.from.bytes}-`, "if-range": opening.from.etag });
    const answer = await request(url, { headers, signal: opening.signal, headersTimeout: 60_000, bodyTimeout: 60_000 });
    const header = (name: string): string | undefined => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    sha256 ??= SHA256.exec(header("x-linked-etag") ?? "")?.[1];

    const location = header("location");
    if (answer.statusCode >= 300 && answer.statusCode < 400 && location !== undefined) {
      await answer.body.dump({ limit: 65_536, signal: opening.signal });
      url = new URL(location, url);
      continue;
    }
    if (answer.statusCode !== 200 && answer.statusCode !== 206) {
      await answer.body.dump({ limit: 65_536, signal: opening.signal });
      throw statusError(answer.statusCode, url);
    }
    const length = header("content-length");
    const startsAt = answer.statusCode === 206 ? (opening.from?.bytes ?? 0) : 0;
    const totalBytes = length === undefined ? undefined : startsAt + Number(length);
    return { body: answer.body, startsAt, totalBytes, etag: header("etag"), sha256 };
  }
  throw new TramontaneError("download_failed", `${opening.url} redirects more than ${MAX_REDIRECTS} times`);
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
