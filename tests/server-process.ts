import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeRandomModel } from "../scripts/make-random-model.ts";
import { within } from "./support/patience.ts";

/** The product as a user runs it, in a process of its own, with a tiny model of random weights. */
export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Everything it wrote to standard output and error so far. */
  output(): string;
  /** Waits until `kill` has ended it and starts it again on the same data. */
  restart(kill: () => void): Promise<ServerProcess>;
  /** Ends it with the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function startServerProcess(options: { flags?: string[] } = {}): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), "tramontane-"));
  mkdirSync(join(dataDir, "models"));
  writeRandomModel({ path: join(dataDir, "models", "random.gguf"), shape: "tiny", type: "q8_0" });
  return await launch(dataDir, options.flags ?? []);
}

/** What `serve` with these flags wrote to standard error before it gave up. */
export function refusedStart(flags: readonly string[]): { readonly code: number | null; readonly output: string } {
  const dataDir = mkdtempSync(join(tmpdir(), "tramontane-"));
  const environment = { ...process.env, TRAMONTANE_DATA_DIR: dataDir };
  const ran = spawnSync(process.execPath, ["bin/tramontane.mjs", "serve", ...flags], { env: environment });
  const output =
    ran.stderr.toString() +
    readdirSync(dataDir)
      .map((name) => `left: ${name}`)
      .join("");
  rmSync(dataDir, { recursive: true, force: true });
  return { code: ran.status, output };
}

async function launch(dataDir: string, more: readonly string[]): Promise<ServerProcess> {
  const flags = ["--port", "0", "--default-model", "random", "--context-tokens", "4096", ...more];
  const environment = { ...process.env, TRAMONTANE_DATA_DIR: dataDir };
  const child = spawn(process.execPath, ["bin/tramontane.mjs", "serve", ...flags], { env: environment });
  let written = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (written += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const url = await until(
    () => /listens on (\S+)/.exec(written)?.[1],
    () => written,
  );
  await until(
    () => /is ready/.exec(written)?.[0],
    () => written,
  );
  return {
    url,
    key: readFileSync(join(dataDir, "api-key"), "utf8").trim(),
    dataDir,
    child,
    output: () => written,
    async restart(kill) {
      kill();
      await ended;
      return await launch(dataDir, more);
    },
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const code = await ended;
      if (existsSync(dataDir)) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

async function until(read: () => string | undefined, context: () => string): Promise<string> {
  const deadline = performance.now() + within(60_000);
  while (performance.now() < deadline) {
    const value = read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The server did not start:\n${context()}`);
}
