import type { ChatRequestBody } from "./request.ts";

export interface CodeSamples {
  readonly curl: string;
  readonly typescript: string;
  readonly python: string;
}

/** The request as a program would send it: curl, and Mistral's own clients. */
export function codeSamples(body: ChatRequestBody, origin: string): CodeSamples {
  return { curl: curlOf(body, origin), typescript: typescriptOf(body, origin), python: pythonOf(body, origin) };
}

function curlOf(body: ChatRequestBody, origin: string): string {
  const json = JSON.stringify(body, undefined, 2).replaceAll("'", `'\\''`);
  return [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $TRAMONTANE_API_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${json}'`,
  ].join("\n");
}

const PACKAGE = "@mistralai/mistralai";

function typescriptOf(body: ChatRequestBody, origin: string): string {
  return [
    `import { Mistral } from "${PACKAGE}";`,
    "",
    `const client = new Mistral({ apiKey: process.env.TRAMONTANE_API_KEY, serverURL: "${origin}" });`,
    `const answer = await client.chat.complete(${typescriptLiteral(body, "")});`,
    `console.log(answer.choices[0].message);`,
  ].join("\n");
}

/** Names of the wire as that client spells them. */
const CAMEL: Readonly<Record<string, string>> = {
  response_format: "responseFormat",
  json_schema: "jsonSchema",
  max_tokens: "maxTokens",
  random_seed: "randomSeed",
  tool_calls: "toolCalls",
  tool_call_id: "toolCallId",
};

function typescriptLiteral(value: unknown, indent: string, isSchema = false): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => `${inner}${typescriptLiteral(item, inner, isSchema)},`).join("\n")}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([name, child]) => {
    const holdsSchema = name === "schema" || name === "parameters";
    const key = isSchema ? name : name === "schema" ? "schemaDefinition" : (CAMEL[name] ?? name);
    const spelled = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${inner}${spelled}: ${typescriptLiteral(child, inner, isSchema || holdsSchema)},`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function pythonOf(body: ChatRequestBody, origin: string): string {
  const given = Object.entries(body).map(([name, value]) => `    ${name}=${pythonLiteral(value, "    ")},`);
  return [
    "import os",
    "from mistralai import Mistral",
    "",
    `client = Mistral(api_key=os.environ["TRAMONTANE_API_KEY"], server_url="${origin}")`,
    "answer = client.chat.complete(",
    ...given,
    ")",
    "print(answer.choices[0].message)",
  ].join("\n");
}

function pythonLiteral(value: unknown, indent: string): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const [open, close, items] = Array.isArray(value)
    ? ["[", "]", value.map((item) => pythonLiteral(item, inner))]
    : ["{", "}", Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${pythonLiteral(child, inner)}`)];
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${inner}${item},`).join("\n")}\n${indent}${close}`;
}
