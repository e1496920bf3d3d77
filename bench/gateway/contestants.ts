import { execFileSync, fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeRandomModel } from "../../scripts/make-random-model.ts";

/** A gateway under test: where it listens, what it wants to see, and what it has used of the processor. */
export interface Gateway {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: number;
  stop(): void;
}

/** Processor time of a process over all its threads, in microseconds (Linux; nanoseconds resolution, unlike utime's 10 ms). */
export function cpuMicros(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [running] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return sum + Number(running) / 1000;
  }, 0);
}

/** Starts one of this folder's own servers; resolves with its address. */
export async function startModule(
  file: string,
  environment: Record<string, string>,
): Promise<{ url: string; child: ChildProcess }> {
  const module = pathToFileURL(join(import.meta.dirname, file)).href;
  const child = fork("tests/support/run-module.mjs", [module], { env: { ...process.env, ...environment } });
  const { port } = await new Promise<{ port: number }>((resolve) =>
    child.once("message", (m) => resolve(m as { port: number })),
  );
  return { url: `http://127.0.0.1:${port}`, child };
}

export async function startBareProxy(upstream: string): Promise<Gateway> {
  const { url, child } = await startModule("bare-proxy.ts", { UPSTREAM: upstream });
  return { name: "bare node:http proxy", url, headers: {}, pid: child.pid!, stop: () => void child.kill() };
}

const KEY = "bench-key-of-no-value";

/** Tramontane as a user starts it, with a remote model, a price list, a budget and limits: all that a request passes is on. */
export async function startTramontane(upstream: string): Promise<Gateway> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), "bench-gateway-"));
  mkdirSync(join(dataDir, "models"));
  writeRandomModel({ path: join(dataDir, "models", "random.gguf"), shape: "tiny", type: "q8_0" });
  const remote = [{ name: "far", endpoints: [{ kind: "vllm", url: `${upstream}/v1`, allow_private: true }] }];
  writeFileSync(join(dataDir, "tramontane.json"), JSON.stringify({ remoteModels: JSON.stringify(remote) }));
  const flags = [
    "--port",
    String(port),
    "--default-model",
    "random",
    "--context-tokens",
    "1024",
    "--log-level",
    "warn",
  ];
  const environment = { ...process.env, TRAMONTANE_API_KEY: KEY, TRAMONTANE_DATA_DIR: dataDir };
  // Such as --cpu-prof.
  const nodeFlags = (process.env["NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const child = spawn(process.execPath, [...nodeFlags, "bin/tramontane.mjs", "serve", ...flags], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/readyz`, child);
  const headers = { authorization: `Bearer ${KEY}` };
  await configure(url, headers);
  const stop = (): void => {
    child.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
    child.kill();
  };
  return { name: "Tramontane", url, headers, pid: child.pid!, stop };
}

async function configure(url: string, headers: Record<string, string>): Promise<void> {
  const item = { model: "far", input_per_million: "2", output_per_million: "6" };
  const list = { name: "bench", currency: "EUR", valid_from: "2024-02-26T00:00:00Z", items: [item] };
  for (const [method, path, body] of [
    ["POST", "/price-lists", list],
    ["PUT", "/billing/terms", { price_list: "bench" }],
    ["PUT", "/budgets", { cap: "1000000", at_cap: "stop" }],
    [
      "PUT",
      "/limits",
      { requests_per_second: 100_000, tokens_per_minute: 1_000_000_000_000, concurrent_requests: 10_000 },
    ],
  ] as const) {
    const answer = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Versions with which Portkey's gateway can stream: with newer ones it answers every stream with status 500. */
const PORTKEY = { version: "1.15.2", overrides: { hono: "4.9.7", "@hono/node-server": "1.13.5" } };

/** Portkey's gateway, fetched from the registry into a temporary folder; no dependency of ours. */
export async function startPortkey(upstream: string): Promise<Gateway> {
  const folder = join(tmpdir(), `bench-portkey-${PORTKEY.version}`);
  const program = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides: PORTKEY.overrides }));
    const wanted = `@portkey-ai/gateway@${PORTKEY.version}`;
    execFileSync("npm", ["install", "--no-fund", "--no-audit", "--ignore-scripts", wanted], { cwd: folder });
  }
  const port = await freePort();
  const child = spawn(process.execPath, [program, `--port=${port}`, "--headless"], { cwd: folder, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  const headers = {
    authorization: `Bearer ${KEY}`,
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream}/v1`,
  };
  return { name: "@portkey-ai/gateway", url, headers, pid: child.pid!, stop: () => void child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isUp = await fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
