import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeCertificate } from "../../tests/support/certificate.ts";
import { readTls, serverUrl } from "./tls.ts";

const folder = mkdtempSync(join(tmpdir(), "tls-"));
const [own, other] = [makeCertificate(), makeCertificate()];
afterAll(() => {
  rmSync(folder, { recursive: true });
  own?.remove();
  other?.remove();
});

const text = join(folder, "text.pem");
writeFileSync(text, "not a certificate");
const missing = join(folder, "missing.pem");

test("neither file: plain HTTP, and addresses say so", () => {
  expect(readTls({ tlsCert: undefined, tlsKey: undefined })).toBeUndefined();
  expect(serverUrl({ tlsCert: undefined }, { host: "::1", port: 8420 })).toBe("http://[::1]:8420");
  expect(serverUrl({ tlsCert: text }, { host: "127.0.0.1", port: 8420 })).toBe("https://127.0.0.1:8420");
});

test("one file of the two names the missing setting", () => {
  expect(() => readTls({ tlsCert: text, tlsKey: undefined })).toThrow("tlsKey (TRAMONTANE_TLS_KEY) is missing");
  expect(() => readTls({ tlsCert: undefined, tlsKey: text })).toThrow("tlsCert (TRAMONTANE_TLS_CERT) is missing");
});

test("a file that cannot be read, or is no PEM, names its setting and itself", () => {
  const unread = () => readTls({ tlsCert: missing, tlsKey: text });
  expect(unread).toThrow(/tlsCert \(TRAMONTANE_TLS_CERT\) cannot be read: .*missing\.pem/);
  expect(() => readTls({ tlsCert: text, tlsKey: text })).toThrow(/TRAMONTANE_TLS_CERT\) must name .*text\.pem is none/);
});

test.skipIf(!own || !other)("a key must be one, and the certificate's own (needs openssl)", () => {
  expect(readTls({ tlsCert: own!.cert, tlsKey: own!.key })).toMatchObject({ key: expect.any(Buffer) });
  expect(() => readTls({ tlsCert: own!.cert, tlsKey: text })).toThrow(/TRAMONTANE_TLS_KEY\) must name .* is none/);
  expect(() => readTls({ tlsCert: own!.cert, tlsKey: other!.key })).toThrow(/TRAMONTANE_TLS_KEY\) must be the key of/);
});
