import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { getPriority, setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FromWorker, ToWorker } from "../worker/messages.ts";

interface ModelProcessParts {
  readonly onMessage: (message: FromWorker) => void;
  /** A line the process wrote: the native library's log, or Node's last words. */
  readonly onLine: (line: string) => void;
  /** Called once, when the process is gone; `signal` or `code` says how. */
  readonly onExit: (exit: ProcessExit) => void;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it wrote. */
  readonly lastLines: readonly string[];
}

/** The pipe after stdin, stdout, stderr and the message channel. */
const BELL_FD = 4;
const PROGRAM = fileURLToPath(new URL("../../../bin/model-process.mjs", import.meta.url));
const KEPT_LINES = 20;
const STOP_GRACE_MS = 2_000;
/** Names of settings that an inference process has no business knowing. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|DATABASE_URL/i;

/** One life of one model's process. */
export class ModelProcess {
  readonly #child: ChildProcess;
  readonly #bell: Writable;
  readonly #lines: string[] = [];
  readonly #gone: Promise<void>;

  constructor({ onMessage, onLine, onExit }: ModelProcessParts) {
    this.#child = fork(PROGRAM, [], {
      execArgv: [],
      env: publicEnvironment(),
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
      serialization: "json",
    });
    preferOverParent(this.#child.pid);
    this.#bell = this.#child.stdio[BELL_FD] as Writable;
    // A process that is gone needs no bell; `close` tells the rest.
    this.#bell.on("error", () => {});
    this.#child.on("message", (message) => onMessage(message as FromWorker));
    const keep = (line: string): void => {
      this.#lines.push(line);
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
      onLine(line);
    };
    for (const stream of [this.#child.stdout, this.#child.stderr]) readLines(stream, keep);
    this.#gone = new Promise((resolve) => {
      // `close` comes after the last line was read; a process that never started has `error` instead.
      this.#child.on("close", (code, signal) => {
        resolve();
        onExit({ code, signal, lastLines: this.#lines });
      });
      this.#child.on("error", (error) => keep(error.message));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Lost when the process is gone already: `onExit` then says so. */
  send(message: ToWorker): void {
    if (!this.#child.connected) return;
    this.#child.send(message, () => {});
    // Messages are read between passes; the bell is heard during one.
    if (message.type === "cancel" || message.type === "stop") this.#bell.write(".");
  }

  /** Ends the process, gently at first; resolves when it is gone. */
  async stop(): Promise<void> {
    this.send({ type: "stop" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_GRACE_MS);
    await this.#gone;
    clearTimeout(timer);
  }
}

/** A stalled step stalls every stream, a late answer of the server only itself. Where that is not permitted, all are equal. */
function preferOverParent(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, getPriority() - 5);
  } catch {
    // Raising it needs a privilege that most installations rightly do not have.
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", onLine);
}

function publicEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !SECRET_NAME.test(name) && name !== "NODE_OPTIONS");
  return Object.fromEntries(entries);
}
