import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { findBinaryPackage, findIdleGpu, thisMachine } from "./backend/libllama/binary-package.ts";

/** What this machine offers to models. */
export interface Hardware {
  readonly platform: string;
  readonly arch: string;
  readonly processor: string;
  /** Processors this process may use, by number; one per physical core comes first. */
  readonly coreCpus: readonly number[];
  readonly logicalProcessors: number;
  readonly totalMemoryBytes: number;
  /** What can be allocated now without swapping, within the container's limit. */
  readonly availableMemoryBytes: number;
  /** The package of the inference library that fits this machine, a GPU's where there is one; undefined: none is installed. */
  readonly inferencePackage: string | undefined;
  /** What to install so that the GPU of this machine is used; undefined: there is none, or it is used. */
  readonly idleGpuPackage: string | undefined;
}

/** Looks at the machine. Cost: a few small files. */
export function readHardware(): Hardware {
  const limit = containerLimitBytes();
  return {
    platform: process.platform,
    arch: process.arch,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    coreCpus: readCoreCpus(),
    logicalProcessors: availableParallelism(),
    totalMemoryBytes: Math.min(totalmem(), limit?.totalBytes ?? Infinity),
    availableMemoryBytes: Math.min(systemAvailableBytes(), limit?.availableBytes ?? Infinity),
    inferencePackage: inferencePackage(),
    idleGpuPackage: findIdleGpu(thisMachine()),
  };
}

function inferencePackage(): string | undefined {
  try {
    return findBinaryPackage(thisMachine()).name;
  } catch {
    return undefined;
  }
}

/** The first logical processor of each physical core, among those this process may run on. */
function readCoreCpus(): number[] {
  const allowed = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(readText("/proc/self/status"))?.[1] ?? "");
  if (allowed.length === 0) return Array.from({ length: availableParallelism() }, (_, index) => index);
  const firsts = allowed.filter((cpu) => {
    const siblings = parseCpuList(
      readText(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`).trim(),
    ).filter((sibling) => allowed.includes(sibling));
    return siblings.length === 0 || siblings[0] === cpu;
  });
  // A container's quota may grant less time than there are cores.
  return firsts.slice(0, Math.max(1, Math.min(firsts.length, availableParallelism())));
}

/** `0-2,5` → 0, 1, 2, 5. */
export function parseCpuList(list: string): number[] {
  if (!/^\d/.test(list)) return [];
  return list.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

function systemAvailableBytes(): number {
  const kilobytes = /^MemAvailable:\s*(\d+) kB/m.exec(readText("/proc/meminfo"))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

function containerLimitBytes(): { totalBytes: number; availableBytes: number } | undefined {
  const total = Number(readText("/sys/fs/cgroup/memory.max"));
  const used = Number(readText("/sys/fs/cgroup/memory.current"));
  if (!Number.isFinite(total) || total === 0 || !Number.isFinite(used)) return undefined;
  // Cached file pages count as used but are given back on demand.
  const reclaimable = Number(/^inactive_file (\d+)/m.exec(readText("/sys/fs/cgroup/memory.stat"))?.[1] ?? 0);
  return { totalBytes: total, availableBytes: total - used + reclaimable };
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
