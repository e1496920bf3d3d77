import { join } from "node:path";
import type { Command } from "../command.ts";
import { apiKeyFile } from "../api-key.ts";
import { startServer } from "../start-server.ts";

export const serve: Command = {
  name: "serve",
  summary: "Serve the API (what `npm start` does).",
  operands: "",
  options: {},
  examples: [
    { line: "tramontane serve", does: "On 127.0.0.1:8420, with the shipped model" },
    { line: "tramontane serve --port 9000", does: "On another port" },
    { line: "tramontane serve --default-model mistral-7b-instruct-v0.3", does: "Another default model" },
  ],
  async run(context) {
    const server = await startServer({ config: context.config });
    const show = server.isNewKey
      ? `API key   ${server.apiKey}   (shown once; also in ${apiKeyFile(context.config)})`
      : `API key   ${context.config.apiKey === undefined ? `in ${apiKeyFile(context.config)}` : "as configured"}`;
    const setupPath = isLocal(server.url) ? await server.chatApp.issueSetupPath() : undefined;
    context.out(
      [
        "",
        `Tramontane listens on ${server.url}`,
        `Chat      ${server.url}${isLocal(server.url) ? server.chatApp.issueSignInPath() : "/chat"}`,
        ...(setupPath === undefined ? [] : [`Set up    ${server.url}${setupPath}`]),
        `API       ${server.url}/v1     reference ${server.url}/docs`,
        ...(server.adminUrl === undefined ? [] : [`Admin     ${server.adminUrl}/admin/v1`]),
        show,
        `Data      ${join(context.config.dataDir)}`,
        "",
      ].join("\n"),
    );
    server.ready.then(
      () => context.out(`${server.defaultModel} is ready. Ctrl-C stops.`),
      (error: unknown) =>
        context.fail(
          `${server.defaultModel} could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
        ),
    );
    await new Promise<void>((resolve) => {
      if (context.stop.aborted) resolve();
      context.stop.addEventListener("abort", () => resolve(), { once: true });
    });
    context.out("Stopping: running answers may finish.");
    await server.close();
    return 0;
  },
};

/** Only somebody at this machine sees its terminal; a server for others is entered with a key. */
function isLocal(url: string): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}
