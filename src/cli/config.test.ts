import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (parts: { flags?: Record<string, string>; environment?: Record<string, string>; file?: string }) =>
  loadConfig({ flags: {}, environment: { TRAMONTANE_DATA_DIR: folder }, ...parts });

test("nothing given: loopback, port 8420, and paths inside the data folder", () => {
  expect(load({})).toMatchObject({ host: "127.0.0.1", port: 8420, dataDir: folder, modelsDir: join(folder, "models") });
});

test("a flag beats the environment, the environment beats the file", () => {
  const file = join(folder, "ports.json");
  writeFileSync(file, JSON.stringify({ port: 1, drainTimeoutMs: 5, logLevel: "warn" }));
  const environment = { TRAMONTANE_DATA_DIR: folder, TRAMONTANE_PORT: "2", TRAMONTANE_DRAIN_TIMEOUT_MS: "6" };
  expect(load({ flags: { port: "3" }, environment, file })).toMatchObject({
    port: 3,
    drainTimeoutMs: 6,
    logLevel: "warn",
  });
});

test("an unknown key names the nearest known one, wherever it stands", () => {
  const file = join(folder, "typo.json");
  writeFileSync(file, JSON.stringify({ prot: 1 }));
  expect(() => load({ file })).toThrow(/"prot" in .* is not a setting. Did you mean port\?/);
  expect(() => load({ environment: { TRAMONTANE_PROT: "1" } })).toThrow(
    /TRAMONTANE_PROT .* Did you mean TRAMONTANE_PORT\?/,
  );
});

test("a bad value says where it was given and what is allowed", () => {
  expect(() => load({ flags: { port: "99999" } })).toThrow("--port must be a whole number from 0 to 65535");
  expect(() => load({ environment: { TRAMONTANE_LOG_LEVEL: "loud" } })).toThrow(
    "must be one of debug, info, warn, error",
  );
});

test("a bad secret is never repeated", () => {
  expect(() => load({ flags: { apiKey: "short-secret" } })).toThrow(/^(?!.*short-secret).*at least 16/);
});
