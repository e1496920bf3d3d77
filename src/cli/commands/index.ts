import type { Command } from "../command.ts";
import { bench } from "./bench.ts";
import { chat } from "./chat.ts";
import { doctor } from "./doctor.ts";
import { key } from "./key.ts";
import { pull } from "./pull.ts";
import { serve } from "./serve.ts";

/** Every command, in the order of the front page. */
export const COMMANDS: readonly Command[] = [serve, chat, pull, doctor, key, bench];
