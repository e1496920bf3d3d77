/**
 * JSON of a schema, Tramontane against llama.cpp's server of the same release: same GGUF, prompts, schemas, seeds and
 * `max_tokens`, each with its default samplers. Both servers run; the contestants take turns in every cell, the order
 * reversed each round. Reports output tokens per second (completion tokens of the usage over wall time, medians) and how
 * many answers are complete and valid. A cell that takes longer than `--cell-seconds` is cut off and counts with the most
 * it can have made, so a ratio against it says "more than". The first `--warm-up` answers of a cell count for neither side: a
 * server has run for a while, and JavaScript is slow where it runs for the first time.
 *
 *   LLAMA_SERVER=/path/to/llama-server node --import tsx bench/serving/structured.ts MODEL.gguf
 *     [--rounds 3] [--answers 8] [--warm-up 16] [--cell-seconds 30] [--only "10 fields, temperature 0, 1 stream"]… [--bare]
 *     [--out FILE]
 *
 * Tramontane shows the model the schema in the prompt; the other side gets the same words as a system message, so that both
 * models read as much. `--bare` leaves them out there, which makes its prompt shorter and its answers less to the point.
 *
 * In a minute: --rounds 1 --answers 1 --warm-up 1 --cell-seconds 5
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Ajv } from "ajv";
import { startLlamaServer, startTramontane } from "./contestant.ts";
import type { Endpoint } from "./sse-client.ts";
import { median } from "./table.ts";

const text = { type: "string", maxLength: 30 };
const address = {
  type: "object",
  properties: { street: text, city: text, zip: { type: "string", pattern: "^[0-9]{5}$" } },
  required: ["street", "city", "zip"],
  additionalProperties: false,
};
const TEN: Record<string, object> = {
  firstName: text,
  lastName: text,
  age: { type: "integer", minimum: 0, maximum: 120 },
  email: text,
  isMember: { type: "boolean" },
  plan: { enum: ["free", "basic", "professional", "enterprise"] },
  tags: { type: "array", items: { enum: ["red", "green", "blue"] }, minItems: 1, maxItems: 4 },
  address,
  score: { type: "number", minimum: 0, maximum: 100 },
  comment: text,
};
const THIRTY: Record<string, object> = Object.fromEntries(
  [1, 2, 3].flatMap((part) => Object.entries(TEN).map(([name, schema]) => [`${name}OfPart${part}`, schema])),
);
const SCHEMAS = [
  { name: "10 fields", schema: objectOf(TEN), maxTokens: 400 },
  { name: "30 fields", schema: objectOf(THIRTY), maxTokens: 1200 },
];

function objectOf(properties: Record<string, object>): object {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    answers: { type: "string", default: "8" },
    "warm-up": { type: "string", default: "16" },
    "cell-seconds": { type: "string", default: "30" },
    only: { type: "string", multiple: true, default: [""] },
    bare: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const [modelPath] = positionals;
const binary = process.env["LLAMA_SERVER"];
if (!modelPath || !binary) {
  console.error(
    "usage: LLAMA_SERVER=… node --import tsx bench/serving/structured.ts MODEL.gguf [--rounds 3] [--answers 8] [--warm-up 16] [--cell-seconds 30] [--only TEXT]… [--bare] [--out FILE]",
  );
  process.exit(2);
}
const [rounds, answers, cellSeconds] = [values.rounds, values.answers, values["cell-seconds"]].map(Number) as [
  number,
  number,
  number,
];

interface Cell {
  readonly title: string;
  readonly schema: object;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly streams: number;
}

/** What one contestant did in one round of a cell. */
interface Sample {
  /** Completion tokens of the answers that came, and all that the others can have had. */
  readonly tokens: number;
  readonly seconds: number;
  readonly asked: number;
  readonly answered: number;
  readonly valid: number;
}

const CELLS: readonly Cell[] = SCHEMAS.flatMap(({ name, schema, maxTokens }) =>
  [0, 1.5].flatMap((temperature) =>
    [1, 8].map((streams) => {
      const title = `${name}, temperature ${temperature}, ${streams} stream${streams > 1 ? "s" : ""}`;
      return { title, schema, maxTokens, temperature, streams };
    }),
  ),
).filter(({ title }) => values.only.some((wanted) => title.includes(wanted)));

const ajv = new Ajv({ strict: false });

async function ask(endpoint: Endpoint, cell: Cell, { seed, signal }: { seed: number; signal: AbortSignal }) {
  const { schema, maxTokens, temperature } = cell;
  const shown = `Answer in JSON that fits this schema:\n${JSON.stringify(schema)}`;
  const system = endpoint === llamaServer.endpoint && !values.bare ? [{ role: "system", content: shown }] : [];
  const response = await fetch(`http://127.0.0.1:${endpoint.port}/v1/chat/completions`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify({
      model: endpoint.model,
      messages: [...system, { role: "user", content: `Describe person number ${seed} as JSON.` }],
      temperature,
      seed,
      max_tokens: maxTokens,
      response_format: { type: "json_schema", json_schema: { name: "person", schema, strict: true } },
    }),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  const body = (await response.json()) as {
    choices: { message: { content: string }; finish_reason: string }[];
    usage: { completion_tokens: number };
  };
  const [choice] = body.choices;
  const isValid = choice?.finish_reason === "stop" && fits(schema, choice.message.content);
  return { tokens: body.usage.completion_tokens, isValid };
}

function fits(schema: object, answer: string): boolean {
  try {
    return ajv.compile(schema)(JSON.parse(answer));
  } catch {
    return false;
  }
}

/** All answers of one round, `cell.streams` at a time, until they are there or the time is over. */
async function measure(endpoint: Endpoint, cell: Cell, seeds: readonly number[]): Promise<Sample> {
  const signal = AbortSignal.timeout(cellSeconds * 1000);
  const waiting = [...seeds];
  const sample = { tokens: 0, asked: 0, answered: 0, valid: 0 };
  const began = performance.now();
  const take = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined && !signal.aborted; seed = waiting.shift()) {
      sample.asked++;
      const answer = await ask(endpoint, cell, { seed, signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      });
      sample.tokens += answer?.tokens ?? cell.maxTokens;
      sample.answered += answer ? 1 : 0;
      sample.valid += answer?.isValid ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: cell.streams }, take));
  return { ...sample, seconds: (performance.now() - began) / 1000 };
}

/** The same, taken again where this process was not run for seconds on end (a suspended machine): such a time is no speed. */
async function measureAwake(endpoint: Endpoint, cell: Cell, seeds: readonly number[]): Promise<Sample> {
  for (;;) {
    let [last, longestGapMs] = [performance.now(), 0];
    const tick = (): void => {
      const now = performance.now();
      longestGapMs = Math.max(longestGapMs, now - last);
      last = now;
    };
    const timer = setInterval(tick, 100);
    const sample = await measure(endpoint, cell, seeds);
    clearInterval(timer);
    tick();
    if (longestGapMs < 1500) return sample;
    console.error(`  taken again: nothing ran for ${(longestGapMs / 1000).toFixed(1)} s`);
  }
}

const speed = ({ tokens, seconds }: Sample): number => tokens / seconds;
const wasCut = ({ asked, answered }: Sample): boolean => answered < asked;

type Name = "tramontane" | "llamaServer";
const NAMES: readonly Name[] = ["tramontane", "llamaServer"];
const rows: { cell: string; tramontane: Sample[]; llamaServer: Sample[] }[] = [];
const options = { modelPath, contextTokens: 4096 };
const tramontane = await startTramontane(options);
const llamaServer = await startLlamaServer(binary, options).catch(async (error: unknown) => {
  await tramontane.stop();
  throw error;
});
const contestants = { tramontane, llamaServer };
try {
  for (const cell of CELLS) {
    const row = { cell: cell.title, tramontane: [] as Sample[], llamaServer: [] as Sample[] };
    rows.push(row);
    // Neither side's first answers of a cell count: both read the prompt and prepare the grammar then, and ours is compiled.
    const unmeasured = Array.from({ length: Number(values["warm-up"]) }, (_, i) => -1 - i);
    for (const name of NAMES) await measure(contestants[name].endpoint, cell, unmeasured);
    for (let round = 0; round < rounds; round++) {
      const seeds = Array.from({ length: Math.max(answers, cell.streams) }, (_, i) => 1 + i + 100 * round);
      for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
        const sample = await measureAwake(contestants[name].endpoint, cell, seeds);
        row[name].push(sample);
        const { answered, asked, valid, seconds } = sample;
        console.error(
          `${cell.title}, round ${round + 1}: ${name} ${wasCut(sample) ? "at most " : ""}${speed(sample).toFixed(0)} tok/s, ` +
            `${answered} of ${asked} answers, ${valid} valid, ${seconds.toFixed(1)} s`,
        );
      }
    }
  }
} finally {
  await Promise.all([tramontane.stop(), llamaServer.stop()]);
}

/** The columns of one contestant in one cell of the table. */
function columnsOf(samples: readonly Sample[]) {
  const perSecond = median(samples.map(speed));
  const isBound = samples.some(wasCut);
  const count = (key: "valid" | "answered"): number => samples.reduce((sum, sample) => sum + sample[key], 0);
  const valid = count("answered") === 0 ? "none came" : `${((100 * count("valid")) / count("answered")).toFixed(0)} %`;
  const validPerSecond = median(samples.map((sample) => sample.valid / sample.seconds)).toPrecision(2);
  return { perSecond, isBound, cells: `${isBound ? "< " : ""}${perSecond.toFixed(0)} | ${valid} | ${validPerSecond}` };
}

const processor = `${cpus()[0]?.model ?? "unknown processor"} × ${cpus().length}`;
console.log(`${basename(modelPath)} · ${processor}: output tokens per second, medians of ${rounds} rounds`);
console.log("| schema | Tramontane | valid | valid per second | llama-server | valid | valid per second | better by |");
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const row of rows) {
  const [ours, theirs] = [columnsOf(row.tramontane), columnsOf(row.llamaServer)];
  // Of a contestant that was cut off only the most it can have made is known.
  const times = `${theirs.isBound ? "> " : ""}${(ours.perSecond / theirs.perSecond).toFixed(2)}×`;
  console.log(`| ${row.cell} | ${ours.cells} | ${theirs.cells} | ${ours.isBound ? "unknown" : times} |`);
}
if (values.out) {
  const results = { model: basename(modelPath), processor, rounds, cellSeconds, rows };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
}
