import { Environment, Interpreter } from "@huggingface/jinja";
import type { Template } from "@huggingface/jinja";

/**
 * Runs a parsed template with the globals chat templates count on. The library's own `render` would add a clock of its
 * own (`strftime_now`), and a prompt must depend on its input alone.
 */
export function runTemplate(template: Template, variables: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) {
    if (value !== undefined) environment.set(name, value);
  }
  return String(new Interpreter(environment).run(template.parsed).value);
}

const GLOBALS = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range,
  raise_exception(message: unknown): never {
    throw new Error(String(message));
  },
};

/** More steps than any prompt needs; what asks for more has lost its way. */
const MAX_RANGE = 100_000;

function range(start: number, end?: number, step = 1): readonly number[] {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (!(length <= MAX_RANGE)) throw new Error(`range of ${length} numbers`);
  return Array.from({ length }, (_, index) => from + index * step);
}
