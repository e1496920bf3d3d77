import { readApiKey } from "./api-key.ts";
import type { CommandContext } from "./command.ts";
import { startServer } from "./start-server.ts";
import { isAlive } from "./terminal/api-client.ts";
import type { ServerAddress } from "./terminal/api-client.ts";
import { serverUrl } from "./tls.ts";

/** A server to talk to, and how to let go of it. */
export interface ReachedServer {
  readonly address: ServerAddress;
  readonly release: () => Promise<void>;
}

/** The server that runs at the configured address, or else one of our own on a free port for as long as the command runs. */
export async function reachServer(context: CommandContext): Promise<ReachedServer> {
  const { config } = context;
  const url = serverUrl(config, config);
  if (await isAlive(url)) {
    return { address: { url, apiKey: readApiKey(config) ?? "" }, release: async () => {} };
  }
  context.fail("No server is running; starting one for this command.");
  // Nobody but this command talks to it.
  const own = {
    ...config,
    host: "127.0.0.1",
    port: 0,
    logLevel: "warn",
    tlsCert: undefined,
    tlsKey: undefined,
  } as const;
  const server = await startServer({ config: own });
  await server.ready;
  return { address: { url: server.url, apiKey: server.apiKey }, release: server.close };
}
