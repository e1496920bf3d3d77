import { redactSecrets, TramontaneError } from "#base";
import { parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { loadConfig } from "./config.ts";
import { commandHelp, overview } from "./help.ts";
import { nearest } from "./nearest.ts";
import { productVersion } from "./version.ts";

/** The front desk: runs one command and returns the process's exit code (2: asked for something that does not exist). */
export async function main(args: readonly string[]): Promise<number> {
  // Whoever reads along (`| head`) has read enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview(COMMANDS, productVersion()));
    return 0;
  }
  if (name === "--version" || name === "-v") {
    console.log(productVersion());
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    const suggestion = nearest(
      name,
      COMMANDS.map((candidate) => candidate.name),
    );
    console.error(
      `tramontane: no command "${name}".${suggestion ? ` Did you mean ${suggestion}?` : ""} See tramontane --help.`,
    );
    return 2;
  }
  try {
    return await runCommand(command, rest);
  } catch (error) {
    return explain(error);
  }
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const parsed = parseArguments(command, args);
  if (parsed.help) {
    console.log(command.help?.(parsed) ?? commandHelp(command));
    return 0;
  }
  const environment = process.env;
  const config = loadConfig({
    flags: parsed.flags,
    environment,
    file: parsed.configFile ?? environment["TRAMONTANE_CONFIG"],
  });
  return command.run({
    config,
    positionals: parsed.positionals,
    options: parsed.options,
    out: (line) => console.log(line),
    fail: (line) => console.error(line),
    stop: stopSignal(),
  });
}

/** The first SIGINT or SIGTERM asks to stop; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

function explain(error: unknown): number {
  if (error instanceof TramontaneError) {
    console.error(`tramontane: ${error.message}`);
    if (error.hint && !error.message.includes(error.hint)) console.error(error.hint);
    return error.code === "config_invalid" ? 2 : 1;
  }
  console.error(redactSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return 1;
}
