import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TramontaneError } from "#base";
import { openRemoteFile } from "./remote-file.ts";
import type { Reach, RemoteFile } from "./remote-file.ts";

export interface DownloadRequest {
  readonly url: string;
  /** Final path. While it downloads, the bytes stand in `<target>.part`. */
  readonly target: string;
  readonly reach: Reach;
  /** Expected digest, lower-case hexadecimal; undefined: what the server states, when it states one. */
  readonly sha256?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Pause before retry k (from 1), milliseconds. */
  readonly backoffMs?: (attempt: number) => number;
}

export interface DownloadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  /** Bytes that an earlier, interrupted download had already brought. */
  readonly resumedBytes: number;
}

export interface Downloaded {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** False when neither the caller nor the server named a digest. */
  readonly verified: boolean;
}

const ATTEMPTS = 6;

/**
 * Downloads one file so that an interruption costs nothing: bytes already here are kept, hashed again and continued from
 * with a range request, as long as the server still has the same version (ETag). The target appears only when whole and
 * verified. Errors: `download_failed` (network, HTTP status), `checksum_mismatch` (the part is deleted), `cancelled`.
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  await mkdir(dirname(request.target), { recursive: true });
  const backoffMs = request.backoffMs ?? ((attempt) => Math.min(30_000, 500 * 2 ** attempt));
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(request);
    } catch (error) {
      if (request.signal.aborted)
        throw new TramontaneError("cancelled", "The download was stopped; run it again to continue.");
      if (error instanceof TramontaneError || attempt >= ATTEMPTS) throw asDownloadError(error, request.url);
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
    }
  }
}

async function tryOnce(request: DownloadRequest): Promise<Downloaded> {
  const part = `${request.target}.part`;
  const resumable = await readResumable(part);
  const remote = await openRemoteFile({
    url: request.url,
    reach: request.reach,
    from: resumable,
    signal: request.signal,
  });
  const hash = createHash("sha256");
  if (remote.startsAt > 0) await hashFile(hash, part);
  else await rm(part, { force: true });
  await writeFile(`${part}.json`, JSON.stringify({ etag: remote.etag }));

  const bytes = await append(part, remote, hash, request);
  if (remote.totalBytes !== undefined && bytes !== remote.totalBytes) {
    throw new Error(`the connection ended after ${bytes} of ${remote.totalBytes} bytes`);
  }
  const sha256 = hash.digest("hex");
  const expected = request.sha256 ?? remote.sha256;
  if (expected !== undefined && expected !== sha256) {
    await removePart(part);
    throw new TramontaneError("checksum_mismatch", `${request.url} has SHA-256 ${sha256}, expected ${expected}`, {
      hint: "The file was deleted. Pull it again; if it happens twice, the source is damaged or was tampered with.",
    });
  }
  await rename(part, request.target);
  await rm(`${part}.json`, { force: true });
  return { path: request.target, bytes, sha256, verified: expected !== undefined };
}

async function append(part: string, remote: RemoteFile, hash: Hash, request: DownloadRequest): Promise<number> {
  const file = await open(part, "a");
  let doneBytes = remote.startsAt;
  try {
    for await (const chunk of remote.body) {
      const buffer = chunk as Buffer;
      hash.update(buffer);
      await file.write(buffer);
      doneBytes += buffer.length;
      request.onProgress?.({ doneBytes, totalBytes: remote.totalBytes, resumedBytes: remote.startsAt });
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return doneBytes;
}

async function readResumable(part: string): Promise<{ bytes: number; etag: string } | undefined> {
  if (!existsSync(part) || !existsSync(`${part}.json`)) return undefined;
  const { etag } = JSON.parse(await readFile(`${part}.json`, "utf8")) as { etag?: string };
  const { size } = await stat(part);
  return etag !== undefined && size > 0 ? { bytes: size, etag } : undefined;
}

async function hashFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

function asDownloadError(error: unknown, url: string): TramontaneError {
  if (error instanceof TramontaneError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TramontaneError("download_failed", `${url}: ${reason}`, {
    cause: error,
    hint: "What was downloaded is kept. Run the same command again to continue.",
  });
}
