import { existsSync } from "node:fs";
import { join } from "node:path";
import { TramontaneError } from "#base";
import { download, downloadUrl, OPEN_WEIGHTS } from "#platform";
import type { OpenWeights } from "#platform";
import type { Command, CommandContext } from "../command.ts";
import { nearest } from "../nearest.ts";
import { createProgressBar, formatBytes } from "../terminal/progress-bar.ts";

export const pull: Command = {
  name: "pull",
  summary: "Download an open-weight model, verified and resumable.",
  operands: "[MODEL]",
  options: {
    sha256: { summary: "Expected SHA-256, when you have it from a source you trust.", placeholder: "HEX" },
    as: { summary: "Name to serve it under, when MODEL is an address.", placeholder: "NAME" },
  },
  examples: [
    { line: "tramontane pull", does: "List the models pull knows" },
    { line: "tramontane pull mistral-7b-instruct-v0.3", does: "Download and verify Mistral 7B (4.4 GB)" },
    { line: "tramontane pull https://host/m.gguf --as my-model", does: "Any GGUF file" },
  ],
  async run(context) {
    const [name, ...extra] = context.positionals;
    if (extra.length > 0) throw new TramontaneError("config_invalid", `pull takes one model, not ${extra.length + 1}`);
    if (name === undefined) {
      context.out(listing());
      return 0;
    }
    const { url, served } = source(name, context);
    const target = join(context.config.modelsDir, `${served}.gguf`);
    if (existsSync(target)) {
      context.out(`${served} is already here: ${target}`);
      return 0;
    }
    return fetchModel(context, { url, served, target });
  },
};

async function fetchModel(
  context: CommandContext,
  model: { url: string; served: string; target: string },
): Promise<number> {
  const bar = createProgressBar(model.served, process.stderr, () => performance.now());
  const sha256 = context.options["sha256"]?.toLowerCase();
  try {
    const done = await download({
      url: model.url,
      target: model.target,
      // Who can run this command can reach what this machine reaches.
      reach: "anywhere",
      ...(sha256 === undefined ? {} : { sha256 }),
      signal: context.stop,
      onProgress: (progress) => bar.update(progress.doneBytes, progress.totalBytes, progress.resumedBytes),
    });
    bar.finish();
    context.out(`${model.served}: ${formatBytes(done.bytes)} in ${done.path}`);
    context.out(
      `SHA-256 ${done.sha256} ${done.verified ? "(verified)" : "(not verified: the source states none; compare it yourself)"}`,
    );
    context.out("The next start of the server will serve it.");
    return 0;
  } finally {
    bar.finish();
  }
}

function source(name: string, context: CommandContext): { url: string; served: string } {
  if (/^https?:\/\//.test(name)) {
    const base =
      new URL(name).pathname
        .split("/")
        .at(-1)
        ?.replace(/\.gguf$/i, "") ?? "";
    const served = context.options["as"] ?? base.toLowerCase();
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(served)) {
      throw new TramontaneError("config_invalid", `"${served}" cannot be a model name`, {
        hint: "Give one with --as NAME.",
      });
    }
    return { url: name, served };
  }
  const known = OPEN_WEIGHTS.find((model) => model.name === name || model.aliases.includes(name));
  if (known) return { url: downloadUrl(context.config.hubUrl, known), served: known.name };
  const suggestion = nearest(
    name,
    OPEN_WEIGHTS.flatMap((model) => [model.name, ...model.aliases]),
  );
  throw new TramontaneError(
    "not_found",
    `pull does not know "${name}".${suggestion ? ` Did you mean ${suggestion}?` : ""}`,
    {
      hint: "`tramontane pull` lists what it knows; any GGUF file can be pulled by its address.",
    },
  );
}

function listing(): string {
  const row = (model: OpenWeights) =>
    [
      `${model.name}  (${model.parameters}, ${model.licence})`,
      `    ${model.summary}`,
      `    download ${model.sizeGb} GB · memory about ${model.memoryGb} GB · context ${model.contextTokens.toLocaleString("en")} tokens`,
    ].join("\n");
  return ["Models pull knows:", "", ...OPEN_WEIGHTS.map(row)].join("\n");
}
