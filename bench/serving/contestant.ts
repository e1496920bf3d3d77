import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Endpoint } from "./sse-client.ts";

/** A running server under test. */
export interface Contestant {
  readonly endpoint: Endpoint;
  /** Highest memory so far of the process and its children, in bytes; a page that several share counts once. */
  peakBytes(): number;
  stop(): Promise<void>;
}

const MEMORY_SAMPLE_MS = 1000;

export interface ContestantOptions {
  readonly modelPath: string;
  readonly contextTokens: number;
}

/** Tramontane as a user starts it. */
export async function startTramontane(options: ContestantOptions): Promise<Contestant> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), "bench-"));
  mkdirSync(join(dataDir, "models"));
  const copy = join(dataDir, "models", basename(options.modelPath));
  try {
    linkSync(options.modelPath, copy);
  } catch {
    cpSync(options.modelPath, copy);
  }
  const name = basename(options.modelPath, ".gguf");
  const key = "bench-key-of-no-value";
  const environment = { ...process.env, TRAMONTANE_API_KEY: key, TRAMONTANE_DATA_DIR: dataDir };
  const flags = [
    "--port",
    String(port),
    "--default-model",
    name,
    "--context-tokens",
    String(options.contextTokens),
    "--log-level",
    "warn",
  ];
  const child = spawn(process.execPath, ["bin/tramontane.mjs", "serve", ...flags], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await waitFor(`http://127.0.0.1:${port}/readyz`, child);
  return contestantOf(child, () => rmSync(dataDir, { recursive: true, force: true }), {
    port,
    headers: { authorization: `Bearer ${key}` },
    exactLength: (maxTokens) => ({ min_tokens: maxTokens }),
    model: name,
  });
}

/** llama.cpp's server with its defaults and eight slots; `contextTokens` is per conversation on both sides. */
export async function startLlamaServer(binary: string, options: ContestantOptions): Promise<Contestant> {
  const port = await freePort();
  const args = [
    "-m",
    options.modelPath,
    "--port",
    String(port),
    "-np",
    "8",
    "-c",
    String(options.contextTokens * 8),
    "--no-webui",
    "--jinja",
  ];
  const child = spawn(binary, args, { stdio: "ignore" });
  await waitFor(`http://127.0.0.1:${port}/health`, child);
  return contestantOf(child, () => {}, { port, headers: {}, exactLength: () => ({ ignore_eos: true }), model: "any" });
}

function contestantOf(child: ChildProcess, cleanUp: () => void, endpoint: Endpoint): Contestant {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(
      peak,
      processTree(child.pid!).reduce((sum, pid) => sum + proportionalBytes(pid), 0),
    );
  };
  const timer = setInterval(look, MEMORY_SAMPLE_MS);
  return {
    endpoint,
    peakBytes() {
      look();
      return peak;
    },
    async stop() {
      clearInterval(timer);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(patience);
      cleanUp();
    },
  };
}

function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      parents.set(Number(entry), Number(readFileSync(`/proc/${entry}/stat`, "utf8").split(") ")[1]!.split(" ")[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const children = (pid: number): number[] => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => children(child)),
  ];
  return children(root);
}

/** Resident memory, of shared pages only this process's share: a database's processes share most of theirs. */
function proportionalBytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function waitFor(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode} before it was ready`);
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill("SIGKILL");
  throw new Error(`No answer from ${url} within two minutes`);
}
