import { TramontaneError } from "#base";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BINARY_PACKAGE_VERSION } from "./abi.ts";

/** What this machine says of itself; passed in, so that a test can be any machine. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  fileExists(path: string): boolean;
  folderEntries(path: string): readonly string[];
  /** Folder of an installed package, else undefined. */
  packageFolder(name: string): string | undefined;
}

export interface BinaryPackage {
  readonly name: string;
  /** Where the shared libraries lie. */
  readonly folder: string;
}

/**
 * The prebuilt libllama to load: one for a GPU when that package is installed and such a device is there, else the
 * processor's. A GPU is looked for by its driver's files, because a process can load only one of these libraries.
 * Throws `engine_unavailable`.
 */
export function findBinaryPackage(machine: Machine): BinaryPackage {
  for (const variant of variantsFor(machine)) {
    const name = `@node-llama-cpp/${variant}`;
    const folder = machine.packageFolder(name);
    if (folder !== undefined) return { name, folder: join(folder, "bins", variant) };
  }
  throw new TramontaneError("engine_unavailable", `No inference library is installed for ${targetOf(machine)}.`, {
    hint: `Run \`npm install\`; it should bring @node-llama-cpp/${targetOf(machine)}@${BINARY_PACKAGE_VERSION}.`,
  });
}

/** Published for GPUs, beside what `npm install` brings. */
const GPU_PACKAGES: ReadonlySet<string> = new Set([
  "linux-x64-cuda",
  "linux-x64-vulkan",
  "win-x64-cuda",
  "win-x64-vulkan",
]);

/** What to install so that the GPU of this machine is used, as npm names it; undefined: there is none, or one is used. */
export function findIdleGpu(machine: Machine): string | undefined {
  const usable = variantsFor(machine).filter((variant) => GPU_PACKAGES.has(variant));
  const isUsed = usable.some((variant) => machine.packageFolder(`@node-llama-cpp/${variant}`) !== undefined);
  const [best] = usable;
  return best === undefined || isUsed ? undefined : `@node-llama-cpp/${best}@${BINARY_PACKAGE_VERSION}`;
}

/** What could compute here, the best first. */
function variantsFor(machine: Machine): readonly string[] {
  const target = targetOf(machine);
  return [
    ...(hasCuda(machine) ? [`${target}-cuda`] : []),
    ...(hasVulkan(machine) ? [`${target}-vulkan`] : []),
    ...(machine.platform === "darwin" && machine.arch === "arm64" ? [`${target}-metal`] : []),
    target,
  ];
}

function targetOf({ platform, arch }: Machine): string {
  const names: Readonly<Record<string, string>> = { darwin: "mac", win32: "win" };
  return `${names[platform] ?? platform}-${arch}`;
}

function hasCuda(machine: Machine): boolean {
  if (machine.platform === "win32") return machine.fileExists("C:\\Windows\\System32\\nvcuda.dll");
  return machine.fileExists("/dev/nvidiactl") || machine.fileExists("/dev/dxg");
}

function hasVulkan(machine: Machine): boolean {
  if (machine.platform === "win32") return machine.fileExists("C:\\Windows\\System32\\vulkan-1.dll");
  return machine.folderEntries("/dev/dri").some((entry) => entry.startsWith("renderD"));
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  const require = createRequire(import.meta.url);
  return {
    platform: process.platform,
    arch: process.arch,
    fileExists: existsSync,
    folderEntries: (path) => (existsSync(path) ? readdirSync(path) : []),
    packageFolder(name) {
      try {
        // The package exports its entry only, not its package.json.
        const folder = dirname(dirname(require.resolve(name)));
        const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
        return version === BINARY_PACKAGE_VERSION ? folder : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
