import { compileJsonSchema, GrammarError } from "#grammar";

/** Why a JSON Schema cannot be enforced; undefined when it can. */
export type SchemaCheck = (schema: unknown) => GrammarError | undefined;

/** Verdicts remembered; agents send the same tools with every request. */
const REMEMBERED = 256;

/** Compiles each schema once and remembers the verdict. */
export function createSchemaCheck(): SchemaCheck {
  /** Least recently used first. */
  const verdicts = new Map<string, GrammarError | undefined>();
  return (schema) => {
    const key = JSON.stringify(schema);
    const verdict = verdicts.has(key) ? verdicts.get(key) : judge(schema);
    verdicts.delete(key);
    verdicts.set(key, verdict);
    for (const oldest of verdicts.keys()) {
      if (verdicts.size <= REMEMBERED) break;
      verdicts.delete(oldest);
    }
    return verdict;
  };
}

function judge(schema: unknown): GrammarError | undefined {
  try {
    compileJsonSchema(schema);
    return undefined;
  } catch (error) {
    if (error instanceof GrammarError) return error;
    throw error;
  }
}
