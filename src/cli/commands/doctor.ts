import { mkdirSync, writeFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, readHardware } from "#engine";
import type { Hardware } from "#engine";
import { silentLogger } from "#base";
import { findModelFiles, OPEN_WEIGHTS } from "#platform";
import type { ModelFile } from "#platform";
import { chooseTemplate } from "#prompt";
import type { Command, CommandContext } from "../command.ts";
import { systemClock } from "../start-server.ts";
import { isAlive } from "../terminal/api-client.ts";
import { formatBytes } from "../terminal/progress-bar.ts";
import { serverUrl } from "../tls.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "Explain what this machine can run, and check the set-up.",
  operands: "",
  options: { load: { summary: "Also load each model that is here and say how it is prompted." } },
  examples: [
    { line: "tramontane doctor", does: "Machine, models, folders, port" },
    { line: "tramontane doctor --load", does: "Load each model too" },
  ],
  async run(context) {
    const hardware = readHardware();
    const problems: string[] = [];
    machine(context, hardware, problems);
    await setUp(context, problems);
    const shipped = fileURLToPath(new URL("../../../models", import.meta.url));
    const files = findModelFiles([context.config.modelsDir, shipped]);
    here(context, files, hardware);
    if (context.options["load"]) await load(context, files, problems);
    known(context, files, hardware);
    context.out(
      problems.length === 0
        ? "\nNo problem found."
        : `\n${problems.length} to look at:\n${problems.map((line) => `  ! ${line}`).join("\n")}`,
    );
    return problems.length === 0 ? 0 : 1;
  },
};

function machine(context: CommandContext, hardware: Hardware, problems: string[]): void {
  context.out("Machine");
  context.out(
    `  ${hardware.processor}, ${hardware.coreCpus.length} cores, ${hardware.platform} ${hardware.arch}, Node ${process.versions.node}`,
  );
  context.out(
    `  ${formatBytes(hardware.availableMemoryBytes)} of ${formatBytes(hardware.totalMemoryBytes)} memory free`,
  );
  context.out(`  inference by ${hardware.inferencePackage ?? "nothing: no library is installed"}`);
  if (hardware.idleGpuPackage !== undefined) {
    context.out(`  a GPU seems to be here; to use it: npm install --no-save ${hardware.idleGpuPackage}`);
  }
  if (hardware.inferencePackage === undefined) {
    problems.push(
      "No inference library fits this machine. Run `npm install`; without one only remote models are served.",
    );
  }
}

async function setUp(context: CommandContext, problems: string[]): Promise<void> {
  const { config } = context;
  context.out("Set-up");
  const writable = isWritable(config.dataDir);
  context.out(`  data folder ${config.dataDir}: ${writable ? "writable" : "not writable"}`);
  if (!writable) problems.push(`The data folder ${config.dataDir} cannot be written. Set TRAMONTANE_DATA_DIR.`);
  const url = serverUrl(config, config);
  const answers = await isAlive(url).catch((error: unknown) => {
    problems.push(error instanceof Error ? error.message : String(error));
    return undefined;
  });
  if (answers === undefined) return;
  if (answers) context.out(`  a server answers at ${url}`);
  else if (await isFree(config.host, config.port)) context.out(`  port ${config.port} is free`);
  else problems.push(`Port ${config.port} is taken by another program. Set TRAMONTANE_PORT.`);
}

function here(context: CommandContext, files: readonly ModelFile[], hardware: Hardware): void {
  context.out("Models here");
  if (files.length === 0) context.out("  none; `tramontane pull` lists what can be had");
  for (const file of files) {
    const fits = file.bytes * 1.15 + 200e6 < hardware.totalMemoryBytes;
    context.out(`  ${file.name}  ${formatBytes(file.bytes)}  ${fits ? "fits" : "too large for this machine's memory"}`);
  }
}

async function load(context: CommandContext, files: readonly ModelFile[], problems: string[]): Promise<void> {
  const engine = createEngine({ clock: systemClock, logger: silentLogger });
  for (const file of files) {
    try {
      const began = performance.now();
      const model = await engine.load({
        name: file.name,
        source: { kind: "gguf", path: file.path },
        contextTokens: 512,
      });
      const ms = Math.round(performance.now() - began);
      context.out(
        `  ${file.name}: loads in ${ms} ms on ${model.info.device}; prompt format: ${chooseTemplate(model.info).reason}`,
      );
      await model.unload();
    } catch (error) {
      problems.push(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await engine.close();
}

function known(context: CommandContext, files: readonly ModelFile[], hardware: Hardware): void {
  context.out("Models to pull");
  const absent = OPEN_WEIGHTS.filter((model) => !files.some((file) => file.name === model.name));
  for (const model of absent) {
    const fits = model.memoryGb * 1e9 < hardware.totalMemoryBytes * 0.9;
    context.out(`  ${model.name}  ${model.sizeGb} GB  ${fits ? "fits" : `needs about ${model.memoryGb} GB of memory`}`);
  }
}

function isWritable(folder: string): boolean {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, "");
    rmSync(probe);
    return true;
  } catch {
    return false;
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
