import type { Command } from "../command.ts";
import { admin } from "./admin.ts";
import { backup, restore } from "./backup.ts";
import { bench } from "./bench.ts";
import { billing } from "./billing.ts";
import { chat } from "./chat.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { grammar } from "./grammar.ts";
import { key } from "./key.ts";
import { pull } from "./pull.ts";
import { serve } from "./serve.ts";
import { usage } from "./usage.ts";

/** Every command, in the order of the front page. */
// oxfmt-ignore
export const COMMANDS: readonly Command[] = [
  serve, chat, pull, doctor, admin, key, usage, billing, explain, backup, restore, bench, grammar,
];
