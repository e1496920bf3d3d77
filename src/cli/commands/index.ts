import type { Command } from "../command.ts";
import { pull } from "./pull.ts";

/** Every command, in the order of the front page. */
export const COMMANDS: readonly Command[] = [pull];
