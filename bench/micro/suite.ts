/**
 * Runs JSON-Schema-Test-Suite cases through the grammar floor: an instance's text is accepted exactly when it is valid.
 * `node --import tsx bench/micro/suite.ts --suite DIR [--draft draft2020-12] [--optional] [--verbose]`
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bindGrammar, compileJsonSchema, createTokenTrie, GrammarError, Matcher } from "#grammar";

export interface SuiteResult {
  cases: number;
  right: number;
  falseAccepts: string[];
  falseRejects: string[];
  refused: string[];
}

interface Group {
  description: string;
  schema: unknown;
  tests: { description: string; data: unknown; valid: boolean }[];
}

const byteTrie = createTokenTrie({
  size: 257,
  tokenBytes: (token) => (token < 256 ? Uint8Array.of(token) : new Uint8Array(0)),
  isControl: () => false,
  isEndOfGeneration: (token) => token === 256,
});

/** Schemas of the suite's `remotes` and the meta-schemas, by the URIs that its tests refer to. */
function referredDocuments(suite: string): Map<string, unknown> {
  const documents = new Map<string, unknown>();
  const add = (uri: string, schema: unknown): void => void documents.set(uri.replace(/#$/, ""), schema);
  const remotes = join(suite, "remotes");
  const files = existsSync(remotes) ? readdirSync(remotes, { recursive: true, encoding: "utf8" }) : [];
  for (const file of files.filter((name) => name.endsWith(".json"))) {
    add(`http://localhost:1234/${file.replaceAll("\\", "/")}`, JSON.parse(readFileSync(join(remotes, file), "utf8")));
  }
  const load = createRequire(import.meta.url);
  for (const name of ["json-schema-draft-07.json", "json-schema-draft-06.json"]) {
    const schema = load(`ajv/dist/refs/${name}`) as { $id: string };
    add(schema.$id, schema);
  }
  const vocabularies = [
    "schema",
    "meta/core",
    "meta/applicator",
    "meta/unevaluated",
    "meta/validation",
    "meta/meta-data",
    "meta/content",
  ];
  for (const [folder, draft] of [
    ["json-schema-2020-12", "2020-12"],
    ["json-schema-2019-09", "2019-09"],
  ] as const) {
    const extra = draft === "2020-12" ? ["meta/format-annotation"] : ["meta/format"];
    for (const name of [...vocabularies, ...extra]) {
      const path = join(load.resolve("ajv/package.json"), `../dist/refs/${folder}/${name}.json`);
      if (existsSync(path))
        add(`https://json-schema.org/draft/${draft}/${name}`, JSON.parse(readFileSync(path, "utf8")));
    }
  }
  return documents;
}

/** `folder`: JSON files of the suite's format. Without a `$schema` of its own, a schema is of `dialect`. */
export function runSuite(suite: string, folder: string, dialect: string): SuiteResult {
  const documents = referredDocuments(suite);
  const result: SuiteResult = { cases: 0, right: 0, falseAccepts: [], falseRejects: [], refused: [] };
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()) {
    for (const group of JSON.parse(readFileSync(join(folder, file), "utf8")) as Group[]) {
      runGroup({ ...group, description: `${file} ${group.description}` }, { dialect, documents }, result);
    }
  }
  return result;
}

function runGroup(
  group: Group,
  context: { dialect: string; documents: Map<string, unknown> },
  result: SuiteResult,
): void {
  const isObject = typeof group.schema === "object" && group.schema !== null;
  const schema = isObject ? { $schema: context.dialect, ...(group.schema as object) } : group.schema;
  const accepts = compile(schema, context.documents);
  for (const test of group.tests) {
    result.cases++;
    const verdict = typeof accepts === "string" ? accepts : accepts(JSON.stringify(test.data));
    const name = `${group.description}: ${test.description}`;
    if (verdict === test.valid) result.right++;
    else if (typeof verdict === "string") result.refused.push(`${name} (${verdict})`);
    else (verdict ? result.falseAccepts : result.falseRejects).push(name);
  }
}

/** A schema that nothing satisfies compiles to a refusal, and that is right: it accepts nothing. */
function compile(schema: unknown, documents: Map<string, unknown>): string | ((text: string) => boolean | string) {
  try {
    const bound = bindGrammar(compileJsonSchema(schema, { keyOrder: "any", documents }), byteTrie);
    return (text) => {
      const matcher = new Matcher(bound);
      for (const byte of new TextEncoder().encode(text)) {
        if (!matcher.tryToken(byte)) return false;
        matcher.accept(byte);
      }
      return matcher.canEnd();
    };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    return error.code === "unsatisfiable" ? () => false : error.message;
  }
}

export const DIALECTS: Readonly<Record<string, string>> = {
  draft4: "http://json-schema.org/draft-04/schema#",
  draft6: "http://json-schema.org/draft-06/schema#",
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

function main(): void {
  const { values } = parseArgs({
    options: {
      suite: { type: "string" },
      draft: { type: "string" },
      optional: { type: "string" },
      verbose: { type: "boolean" },
    },
  });
  const draft = values.draft ?? "draft2020-12";
  const suite = values.suite!;
  const folder = join(suite, "tests", draft, values.optional ?? "");
  const result = runSuite(suite, folder, DIALECTS[draft]!);
  const percent = ((100 * result.right) / result.cases).toFixed(2);
  console.log(
    `${draft}: ${result.right} of ${result.cases} right (${percent} %), ${result.falseAccepts.length} false accepts`,
  );
  if (!values.verbose) return;
  for (const name of result.falseAccepts) console.log("ACCEPT", name);
  for (const name of result.falseRejects) console.log("REJECT", name);
  for (const name of result.refused) console.log("REFUSE", name);
}

if (process.argv[1] === import.meta.filename) main();
