import { Worker } from "node:worker_threads";
import { unreadable } from "./unreadable.ts";

/** What reading a PDF may cost; a file that wants more is refused, whatever it promises. */
export interface PdfLimits {
  readonly mostPages: number;
  readonly mostCharacters: number;
  readonly withinMs: number;
  /** Memory that the process may gain meanwhile. */
  readonly extraBytes: number;
}

export const PDF_LIMITS: PdfLimits = {
  mostPages: 5000,
  mostCharacters: 10_000_000,
  withinMs: 120_000,
  extraBytes: 768 * 2 ** 20,
};
const HEAP_MEGABYTES = 384;
const LOOK_MS = 50;

/**
 * The text of each page. Read in a thread of its own that is ended when it takes too long or too much memory; what streams
 * unpack to is no part of its heap, so the process's memory is watched. Errors: `invalid_file`.
 */
export async function readPdf(bytes: Uint8Array, limits: PdfLimits = PDF_LIMITS): Promise<readonly string[]> {
  const { mostPages, mostCharacters, withinMs, extraBytes } = limits;
  const memoryBefore = process.memoryUsage.rss();
  const worker = new Worker(new URL("./pdf-worker.mjs", import.meta.url), {
    workerData: { bytes, mostPages, mostCharacters },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      worker.once("message", (told: { pages: string[] } | { problem: string }) => {
        if ("pages" in told) resolve(told.pages);
        else reject(unreadable(`The PDF cannot be read: ${told.problem.slice(0, 200)}`));
      });
      worker.once("error", (error) => reject(unreadable("The PDF needs too much memory to be read", error)));
      worker.once("exit", () => reject(unreadable("The PDF cannot be read")));
      timers.push(setTimeout(() => reject(unreadable("The PDF takes too long to be read")), withinMs));
      timers.push(
        setInterval(() => {
          if (process.memoryUsage.rss() - memoryBefore < extraBytes) return;
          reject(unreadable("The PDF needs too much memory to be read"));
        }, LOOK_MS),
      );
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await worker.terminate();
  }
}
