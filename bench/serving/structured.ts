/**
 * JSON of a schema, Tramontane against llama.cpp's server of the same release: same GGUF, same prompts and schemas, fresh
 * processes, interleaved with the order reversed each round. Output tokens per second, and how many answers are valid.
 *
 *   LLAMA_SERVER=/path/to/llama-server node --import tsx bench/serving/structured.ts MODEL.gguf [--rounds 3] [--answers 8] [--max-tokens 400]
 */
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Ajv } from "ajv";
import { startLlamaServer, startTramontane } from "./contestant.ts";
import type { Contestant } from "./contestant.ts";
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
  { name: "10 fields", schema: objectOf(TEN) },
  { name: "30 fields", schema: objectOf(THIRTY) },
];

function objectOf(properties: Record<string, object>): object {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    answers: { type: "string", default: "8" },
    "max-tokens": { type: "string", default: "1200" },
  },
});
const [modelPath] = positionals;
const binary = process.env["LLAMA_SERVER"];
if (!modelPath || !binary) {
  console.error(
    "usage: LLAMA_SERVER=… node --import tsx bench/serving/structured.ts MODEL.gguf [--rounds 3] [--answers 8]",
  );
  process.exit(2);
}

interface Sample {
  readonly tokens: number;
  readonly isValid: boolean;
}

const ajv = new Ajv({ strict: false });

async function ask(endpoint: Endpoint, schema: object, { temperature, seed }: { temperature: number; seed: number }) {
  const response = await fetch(`http://127.0.0.1:${endpoint.port}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify({
      model: endpoint.model,
      messages: [{ role: "user", content: `Describe person number ${seed} as JSON.` }],
      temperature,
      seed,
      max_tokens: Number(values["max-tokens"]),
      response_format: { type: "json_schema", json_schema: { name: "person", schema, strict: true } },
    }),
  });
  const body = (await response.json()) as {
    choices?: { message: { content: string } }[];
    usage?: { completion_tokens: number };
  };
  return {
    tokens: body.usage?.completion_tokens ?? 0,
    isValid: fits(schema, body.choices?.[0]?.message.content ?? ""),
  };
}

function fits(schema: object, answer: string): boolean {
  try {
    return ajv.compile(schema)(JSON.parse(answer));
  } catch {
    return false;
  }
}

interface Figures {
  readonly perSecond: number[];
  valid: number;
  answers: number;
}

const results = new Map<string, Record<Name, Figures>>();
const options = { modelPath, contextTokens: 4096 };
const starters = {
  tramontane: () => startTramontane(options),
  llamaServer: () => startLlamaServer(binary, options),
};
type Name = keyof typeof starters;
const NAMES: readonly Name[] = ["tramontane", "llamaServer"];

async function measure(name: Name, { endpoint }: Contestant, round: number): Promise<void> {
  for (const { name: title, schema } of SCHEMAS) {
    // Neither side's first answer of a schema counts: both compile then.
    await ask(endpoint, schema, { temperature: 0, seed: 0 });
    for (const temperature of [0, 1.5]) {
      for (const streams of [1, 8]) {
        const seeds = Array.from({ length: Number(values.answers) }, (_, i) => 1 + i + 100 * round);
        const samples: Sample[] = [];
        const began = performance.now();
        const take = async (): Promise<void> => {
          for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
            samples.push(await ask(endpoint, schema, { temperature, seed }));
          }
        };
        await Promise.all(Array.from({ length: streams }, take));
        const seconds = (performance.now() - began) / 1000;
        const row = `${title}, temperature ${temperature}, ${streams} stream${streams > 1 ? "s" : ""}`;
        const empty = (): Figures => ({ perSecond: [], valid: 0, answers: 0 });
        const figures = results.get(row) ?? { tramontane: empty(), llamaServer: empty() };
        results.set(row, figures);
        figures[name].perSecond.push(samples.reduce((sum, { tokens }) => sum + tokens, 0) / seconds);
        figures[name].valid += samples.filter(({ isValid }) => isValid).length;
        figures[name].answers += samples.length;
      }
    }
  }
}

for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
    const contestant = await starters[name]();
    try {
      await measure(name, contestant, round);
    } finally {
      await contestant.stop();
    }
  }
  console.error(`round ${round + 1} of ${values.rounds} done`);
}

const percent = ({ valid, answers }: Figures): string => `${((100 * valid) / answers).toFixed(0)} %`;
console.log(`${basename(modelPath)}: output tokens per second, medians of ${values.rounds} rounds`);
console.log("| schema | Tramontane | valid | llama-server | valid | ratio |\n| --- | --- | --- | --- | --- | --- |");
for (const [row, { tramontane, llamaServer }] of results) {
  const [ours, theirs] = [median(tramontane.perSecond), median(llamaServer.perSecond)];
  const ratio = (ours / theirs).toFixed(2);
  console.log(
    `| ${row} | ${ours.toFixed(0)} | ${percent(tramontane)} | ${theirs.toFixed(0)} | ${percent(llamaServer)} | ${ratio}× |`,
  );
}
