/**
 * Runs JSON-Schema-Test-Suite cases through the grammar floor: an instance's text is accepted exactly when it is valid.
 * `node --import tsx bench/micro/suite.ts [--draft draft2020-12] [--verbose]` runs the required cases of the packed suite;
 * `--suite DIR` those of a checkout, of which `--draft draft2020-12/optional` names a folder; `--pack FILE` packs a checkout.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
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

/** The cases by draft and file, and the schemas that they refer to by path. */
interface Suite {
  readonly license: string;
  readonly remotes: Readonly<Record<string, unknown>>;
  readonly tests: Readonly<Record<string, Readonly<Record<string, readonly Group[]>>>>;
}

/** The required cases of all drafts, as of commit 44401e0c of the suite. */
export function packedSuite(): Suite {
  return JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, "suite.json.gz"))).toString()) as Suite;
}

function checkedOutSuite(folder: string, drafts: readonly string[]): Suite {
  const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
  const inside = (path: string, recursive: boolean): string[] =>
    readdirSync(path, { recursive, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  const filesOf = (path: string, recursive = false): Record<string, unknown> =>
    Object.fromEntries(inside(path, recursive).map((name) => [name.replaceAll("\\", "/"), read(join(path, name))]));
  return {
    license: readFileSync(join(folder, "LICENSE"), "utf8"),
    remotes: filesOf(join(folder, "remotes"), true),
    tests: Object.fromEntries(
      drafts.map((draft) => [draft, filesOf(join(folder, "tests", draft)) as Record<string, Group[]>]),
    ),
  };
}

/** The suite's `remotes` and the meta-schemas, by the URIs that its tests refer to. */
function referredDocuments(remotes: Suite["remotes"]): Map<string, unknown> {
  const documents = new Map<string, unknown>();
  const add = (uri: string, schema: unknown): void => void documents.set(uri.replace(/#$/, ""), schema);
  for (const [path, schema] of Object.entries(remotes)) add(`http://localhost:1234/${path}`, schema);
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

/** Without a `$schema` of its own, a schema is of the draft that the folder is named after. */
export function runSuite(suite: Suite, draft: string): SuiteResult {
  const context = { dialect: DIALECTS[draft.split("/")[0]!]!, documents: referredDocuments(suite.remotes) };
  const result: SuiteResult = { cases: 0, right: 0, falseAccepts: [], falseRejects: [], refused: [] };
  for (const [file, groups] of Object.entries(suite.tests[draft]!)) {
    for (const group of groups) runGroup({ ...group, description: `${file} ${group.description}` }, context, result);
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

const DIALECTS: Readonly<Record<string, string>> = {
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
      pack: { type: "string" },
      verbose: { type: "boolean" },
    },
  });
  const draft = values.draft ?? "draft2020-12";
  if (values.pack !== undefined) {
    const packed = checkedOutSuite(values.suite!, Object.keys(DIALECTS));
    writeFileSync(values.pack, gzipSync(JSON.stringify(packed), { level: 9 }));
    return;
  }
  const suite = values.suite === undefined ? packedSuite() : checkedOutSuite(values.suite, [draft]);
  const result = runSuite(suite, draft);
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
