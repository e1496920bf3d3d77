/**
 * Function calls of a model of random weights, which is adversarial on purpose: every call must have an id of nine letters
 * or digits, a known name, and arguments that parse and satisfy their schema, in the whole answer and in the streamed one.
 * `differing` counts where the two differ though their seed is the same; windows that leave each sequence a cache of its
 * own promise that there are none (decision 41).
 * The questions and functions are those of the 13 single-turn categories of BFCL v4; the answers' sense is not judged.
 * With `--journal` each question's outcome is written down as it comes, and a later run goes on from there.
 *
 *   node --import tsx bench/serving/bfcl.ts FOLDER_OF_BFCL --tokenizer TOKENIZER.model
 *     [--limit 20] [--max-tokens 256] [--streams 8] [--context-tokens 16384] [--journal FILE.jsonl]
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Ajv } from "ajv";
import { readSentencePiece } from "../../scripts/random-model/vocabulary.ts";
import { writeRandomModel } from "../../scripts/make-random-model.ts";
import { startTramontane } from "./contestant.ts";
import type { Endpoint } from "./sse-client.ts";

const CATEGORIES =
  "simple_python simple_java simple_javascript multiple parallel parallel_multiple irrelevance live_simple live_multiple live_parallel live_parallel_multiple live_irrelevance live_relevance".split(
    " ",
  );

interface Question {
  readonly question: readonly (readonly { role: string; content: string }[])[];
  readonly function: readonly { name: string; description?: string; parameters: Json }[];
}

type Json = { readonly [name: string]: unknown };

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: "string", default: "100000" },
    tokenizer: { type: "string" },
    "max-tokens": { type: "string", default: "256" },
    streams: { type: "string", default: "8" },
    "context-tokens": { type: "string", default: "16384" },
    journal: { type: "string" },
  },
});
const [folder] = positionals;
if (!folder || !values.tokenizer || !existsSync(values.tokenizer)) {
  console.error("usage: bfcl.ts FOLDER_OF_BFCL --tokenizer TOKENIZER.model [--limit 20] [--journal FILE.jsonl]");
  process.exit(2);
}

/** The benchmark writes Python's and Java's names of types. */
const TYPES: Json = {
  dict: "object",
  HashMap: "object",
  float: "number",
  double: "number",
  long: "integer",
  byte: "integer",
  short: "integer",
  tuple: "array",
  list: "array",
  Array: "array",
  ArrayList: "array",
  Bigint: "integer",
  String: "string",
  char: "string",
  Boolean: "boolean",
};

function toSchema(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(toSchema);
  if (typeof given !== "object" || given === null) return given;
  const { type, properties, items, required, enum: values } = given as Json;
  const name = typeof type === "string" ? (TYPES[type] ?? type) : type;
  const isKnown = ["object", "number", "integer", "array", "string", "boolean", "null"].includes(String(name));
  return {
    ...(isKnown ? { type: name } : {}),
    ...(properties && typeof properties === "object"
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, toSchema(value)])) }
      : {}),
    ...(items && typeof items === "object" ? { items: toSchema(items) } : {}),
    ...(Array.isArray(required) ? { required } : {}),
    ...(Array.isArray(values) && values.length > 0 && name === "string" ? { enum: values.map(String) } : {}),
  };
}

async function ask(endpoint: Endpoint, body: Json): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${endpoint.port}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify({ model: endpoint.model, ...body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text.slice(0, 300));
  return text;
}

function callsOfStream(text: string): readonly Call[] {
  const chunks = text.split("\n").filter((line) => line.startsWith("data: {"));
  return chunks.flatMap((line) => {
    const { choices } = JSON.parse(line.slice(6)) as { choices: { delta: { tool_calls?: Call[] } }[] };
    return choices.flatMap(({ delta }) => delta.tool_calls ?? []);
  });
}

const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });

/** What is wrong with a call; undefined: nothing. */
function problemOf(call: Call, validators: ReadonlyMap<string, (value: unknown) => boolean>): string | undefined {
  if (!/^[a-zA-Z0-9]{9}$/.test(call.id)) return `id ${call.id}`;
  const isValid = validators.get(call.function.name);
  if (isValid === undefined) return `name ${call.function.name}`;
  try {
    return isValid(JSON.parse(call.function.arguments)) ? undefined : `arguments ${call.function.arguments}`;
  } catch {
    return `no JSON: ${call.function.arguments}`;
  }
}

/** What came of one question: counts of answers and calls, and what was wrong with them. */
interface Outcome {
  readonly answers: number;
  readonly calls: number;
  readonly differing: number;
  readonly problems: readonly string[];
  readonly refusal?: string;
}

async function askOne(
  endpoint: Endpoint,
  category: string,
  { question, function: functions }: Question,
): Promise<Outcome> {
  const tools = functions.map(({ name, description = "", parameters }) => ({
    type: "function",
    function: {
      name: name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64),
      description,
      parameters: toSchema(parameters),
    },
  }));
  const validators = new Map(
    tools.map(({ function: { name, parameters } }) => [name, ajv.compile(parameters as object)] as const),
  );
  const messages = question[0]!.map(({ role, content }) => ({ role, content }));
  const choice = category.includes("irrelevance") ? "auto" : "any";
  const outcome = { answers: 0, calls: 0, differing: 0, problems: [] as string[] };
  for (const temperature of [0, 1.5]) {
    const maxTokens = Number(values["max-tokens"]);
    const body = { messages, tools, tool_choice: choice, temperature, random_seed: 7, max_tokens: maxTokens };
    const whole = JSON.parse(await ask(endpoint, body)) as {
      choices: { finish_reason: string; message: { tool_calls: Call[] | null } }[];
    };
    const { finish_reason: reason, message } = whole.choices[0]!;
    const calls = message.tool_calls ?? [];
    outcome.answers += 1;
    outcome.calls += calls.length;
    const streamed = callsOfStream(await ask(endpoint, { ...body, stream: true }));
    const wrongs = [...calls, ...streamed].flatMap((call) => problemOf(call, validators) ?? []);
    if (choice === "any" && (calls.length === 0 || streamed.length === 0 || reason !== "tool_calls")) {
      wrongs.push(`no call (${reason})`);
    }
    const functionsOf = (list: readonly Call[]) => JSON.stringify(list.map((call) => call.function));
    if (functionsOf(streamed) !== functionsOf(calls)) outcome.differing += 1;
    if (wrongs.length > 0) outcome.problems.push(`temperature ${temperature}: ${wrongs.join("; ").slice(0, 400)}`);
  }
  return outcome;
}

/** What earlier runs wrote down, by category and line; what they were refused is asked again. */
function readJournal(path: string | undefined): Map<string, Outcome> {
  if (path === undefined || !existsSync(path)) return new Map();
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return new Map(
    lines.flatMap((line) => {
      const { key, ...outcome } = JSON.parse(line) as Outcome & { key: string };
      return outcome.refusal === undefined ? [[key, outcome] as const] : [];
    }),
  );
}

async function tryAsk(endpoint: Endpoint, category: string, question: Question): Promise<Outcome> {
  try {
    return await askOne(endpoint, category, question);
  } catch (error) {
    return { answers: 0, calls: 0, differing: 0, problems: [], refusal: String(error).slice(0, 300) };
  }
}

const journal = readJournal(values.journal);
const count = { questions: 0, answers: 0, calls: 0, wrong: 0, differing: 0, refused: 0 };
function tally(key: string, { answers, calls, differing, problems, refusal }: Outcome): void {
  count.questions += 1;
  count.answers += answers;
  count.calls += calls;
  count.differing += differing;
  count.wrong += problems.length;
  if (refusal !== undefined) count.refused += 1;
  for (const problem of refusal === undefined ? problems : [refusal]) console.error(`${key}: ${problem}`);
}

const work = mkdtempSync(join(tmpdir(), "bfcl-"));
const modelPath = join(work, "random.gguf");
writeRandomModel({ path: modelPath, shape: "micro", type: "q8_0", vocabulary: readSentencePiece(values.tokenizer) });
const server = await startTramontane({ modelPath, contextTokens: Number(values["context-tokens"]) });
try {
  for (const category of CATEGORIES) {
    const file = join(folder, `BFCL_v4_${category}.json`);
    const lines = readFileSync(file, "utf8").trim().split("\n").slice(0, Number(values.limit));
    const before = { ...count };
    const queue = [...lines.entries()];
    const take = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const key = `${category} ${next[0]}`;
        const known = journal.get(key);
        const outcome = known ?? (await tryAsk(server.endpoint, category, JSON.parse(next[1]) as Question));
        if (known === undefined && values.journal !== undefined) {
          appendFileSync(values.journal, `${JSON.stringify({ key, ...outcome })}\n`);
        }
        tally(key, outcome);
      }
    };
    await Promise.all(Array.from({ length: Number(values.streams) }, take));
    console.log(`${category}: ${count.answers - before.answers} answers, ${count.wrong - before.wrong} wrong`);
  }
} finally {
  await server.stop();
  rmSync(work, { recursive: true, force: true });
}
console.log(JSON.stringify(count));
process.exitCode = count.wrong + count.refused > 0 ? 1 : 0;
