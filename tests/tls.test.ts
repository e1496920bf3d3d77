import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusedStart, startServerProcess } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";
import { makeCertificate } from "./support/certificate.ts";

const certificate = makeCertificate();

describe.skipIf(!certificate)("a server with a certificate (needs openssl)", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess({ flags: ["--tls-cert", certificate!.cert, "--tls-key", certificate!.key] });
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    certificate!.remove();
  });

  const send = (path: string, body: object | undefined, options: RequestOptions = {}) =>
    exchange(server.url + path, body, { ca: readFileSync(certificate!.cert), ...options });

  test("answers over TLS at the address it prints", async () => {
    expect(server.url).toMatch(/^https:/);
    const headers = { authorization: `Bearer ${server.key}` };
    const chat = { model: "random", messages: [{ role: "user", content: "hello" }], max_tokens: 4, stream: true };
    const { status, text } = await send("/v1/chat/completions", chat, { headers });
    expect(status).toBe(200);
    expect(text).toMatch(/data: \[DONE\]\s*$/);
  });

  test("marks its session cookie as one for TLS only", async () => {
    const headers = { "x-tramontane-app": "1" };
    const { status, cookies } = await send("/api/session", { key: server.key }, { headers });
    expect(status).toBe(201);
    expect(cookies).toMatch(/^tramontane_session=.*; HttpOnly; .*; Secure$/);
  });

  test("is reached by commands that trust its certificate, and others say why not", async () => {
    const files = ["--tls-cert", certificate!.cert, "--tls-key", certificate!.key];
    const flags = ["--once", "hello", "--max-tokens", "4", "--port", new URL(server.url).port, ...files];
    const chat = (more: NodeJS.ProcessEnv) =>
      command(["chat", "random", ...flags], { TRAMONTANE_DATA_DIR: server.dataDir, ...more });
    expect(await chat({})).toMatchObject({
      code: 2,
      output: expect.stringContaining("is not trusted: DEPTH_ZERO_SELF"),
    });
    expect(await chat({ NODE_EXTRA_CA_CERTS: certificate!.cert })).toMatchObject({ code: 0 });
  });

  test("refuses plain HTTP, TLS below 1.2, and is not trusted by strangers", async () => {
    await expect(fetch(server.url.replace("https:", "http:"))).rejects.toThrow();
    await expect(send("/healthz", undefined, { maxVersion: "TLSv1.1", minVersion: "TLSv1" })).rejects.toThrow();
    await expect(send("/healthz", undefined, { maxVersion: "TLSv1.2" })).resolves.toMatchObject({ status: 200 });
    await expect(send("/healthz", undefined, { ca: undefined })).rejects.toThrow(/self-signed/);
  });
});

test("a certificate that cannot be read ends the start with a sentence, before anything is made", () => {
  const { code, output } = refusedStart(["--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"]);
  expect(code).toBe(2);
  expect(output).toMatch(/tlsCert \(TRAMONTANE_TLS_CERT\) cannot be read: ENOENT/);
  expect(output).not.toContain("left:");
});

function command(words: readonly string[], more: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...more } };
    const child = execFile(process.execPath, ["bin/tramontane.mjs", ...words], options, (_error, out, err) =>
      resolve({ code: child.exitCode, output: out + err }),
    );
  });
}

interface Exchanged {
  readonly status: number | undefined;
  readonly cookies: string;
  readonly text: string;
}

function exchange(url: string, body: object | undefined, options: RequestOptions): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = { "content-type": "application/json", ...(options.headers as IncomingHttpHeaders) };
    const asked = request(url, { ...options, method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, cookies: (answer.headers["set-cookie"] ?? []).join(), text }),
      );
    });
    asked.on("error", reject);
    asked.end(body && JSON.stringify(body));
  });
}
