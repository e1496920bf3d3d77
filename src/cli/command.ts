import type { Config } from "./config.ts";

/** What a command gets to work with: parsed settings, its own arguments and options, and the outside world as parts. */
export interface CommandContext {
  readonly config: Config;
  /** What stands after the command's name and is no option. */
  readonly positionals: readonly string[];
  /** The command's own options by name; a switch is "true". */
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly out: (line: string) => void;
  readonly fail: (line: string) => void;
  /** Raised by SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
}

export interface CommandOption {
  readonly summary: string;
  /** Undefined: the option is a switch. */
  readonly placeholder?: string;
}

/** One command of the front desk. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands after the name in the usage line, such as `MODEL`. */
  readonly operands: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Its page of help, where that depends on what stands after the name; undefined: made of the above. */
  readonly help?: (about: { readonly positionals: readonly string[] }) => string;
  /** Returns the exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
}
