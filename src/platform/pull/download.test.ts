import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { download } from "./download.ts";

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const DIGEST = createHash("sha256").update(CONTENT).digest("hex");

let folder: string;
let close: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "download-"));
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true });
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A hub: states the digest and redirects to storage, which honours ranges and drops the line after `dropAfter` bytes. */
function hub(options: { dropAfter?: number; etag?: () => string; ranges?: string[] }) {
  let drops = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/model") {
      response.writeHead(302, { location: "/storage", "x-linked-etag": `"${DIGEST}"` }).end();
      return;
    }
    const etag = options.etag?.() ?? '"v1"';
    const range = /bytes=(\d+)-/.exec(request.headers.range ?? "");
    const from = range && request.headers["if-range"] === etag ? Number(range[1]) : 0;
    options.ranges?.push(request.headers.range ?? "none");
    response.writeHead(from > 0 ? 206 : 200, { etag, "content-length": CONTENT.length - from });
    if (options.dropAfter !== undefined && drops++ === 0) {
      response.write(CONTENT.subarray(from, from + options.dropAfter), () => setTimeout(() => response.destroy(), 150));
    } else {
      response.end(CONTENT.subarray(from));
    }
  };
}

const request = (url: string) => ({
  url: `${url}/model`,
  target: join(folder, "m.gguf"),
  reach: "anywhere" as const,
  signal: new AbortController().signal,
  backoffMs: () => 1,
});

test("a file is downloaded through the redirect and verified against the digest the hub states", async () => {
  const url = await serve(hub({}));
  const result = await download(request(url));
  expect(result).toMatchObject({ bytes: CONTENT.length, sha256: DIGEST, verified: true });
  expect(readFileSync(result.path).equals(CONTENT)).toBe(true);
  expect(existsSync(`${result.path}.part`)).toBe(false);
});

test("a broken connection is continued where it ended, and progress says what was resumed", async () => {
  const ranges: string[] = [];
  const url = await serve(hub({ dropAfter: 100_000, ranges }));
  let resumed = 0;
  const result = await download({ ...request(url), onProgress: (progress) => (resumed = progress.resumedBytes) });
  expect(readFileSync(result.path).equals(CONTENT)).toBe(true);
  expect(resumed).toBeGreaterThan(0);
  expect(ranges).toEqual(["none", `bytes=${resumed}-`]);
});

test("when the file changed meanwhile, the download starts over instead of mixing two versions", async () => {
  let version = 0;
  const url = await serve(hub({ dropAfter: 100_000, etag: () => `"v${version++}"` }));
  const result = await download(request(url));
  expect(readFileSync(result.path).equals(CONTENT)).toBe(true);
});

test("a wrong digest leaves no file behind", async () => {
  const url = await serve(hub({}));
  const wrong = download({ ...request(url), sha256: "0".repeat(64) });
  await expect(wrong).rejects.toMatchObject({ code: "checksum_mismatch" });
  expect(existsSync(join(folder, "m.gguf"))).toBe(false);
  expect(existsSync(join(folder, "m.gguf.part"))).toBe(false);
});

test("a missing file is an error at once, without retries", async () => {
  let calls = 0;
  const url = await serve((_, response) => {
    calls++;
    response.writeHead(404).end();
  });
  await expect(download(request(url))).rejects.toMatchObject({ code: "download_failed" });
  expect(calls).toBe(1);
});

test("stopping keeps the part for the next time", async () => {
  const url = await serve(hub({ dropAfter: 100_000 }));
  const controller = new AbortController();
  const stopped = download({ ...request(url), signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  expect(existsSync(join(folder, "m.gguf.part"))).toBe(true);
  expect((await download(request(url))).sha256).toBe(DIGEST);
});

test("a hub that closes the connection while the file waits for the disk ends nothing", async () => {
  // Sizes around what is buffered: one of them is read to its last byte just when reading was to pause.
  for (const kilobytes of [64, 100, 128, 150, 192, 250]) {
    const content = Buffer.alloc(kilobytes * 1000, kilobytes);
    const url = await serve((_, response) => {
      response.writeHead(200, { connection: "close", "content-length": content.length }).end(content);
    });
    const onProgress = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    const { bytes } = await download({ ...request(url), onProgress });
    expect(bytes).toBe(content.length);
    close();
    rmSync(join(folder, "m.gguf"));
  }
});
