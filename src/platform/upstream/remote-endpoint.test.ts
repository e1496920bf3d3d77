import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { RemoteEndpoint } from "./remote-endpoint.ts";
import { parseRemoteModels } from "./remote-model-spec.ts";

const specOf = (url: URL) =>
  parseRemoteModels(JSON.stringify([{ name: "m", endpoints: [{ url: url.href, allow_private: true }] }]), {})[0]!
    .endpoints[0]!;
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

test("a server that closes the connection while its answer waits for a slow client ends nothing", async () => {
  // Sizes around what is buffered: one of them is read to its last byte just when reading was to pause.
  for (const kilobytes of [64, 100, 128, 150, 192, 250, 1000]) {
    const answer = Buffer.alloc(kilobytes * 1000, "a");
    const server = createServer((_, response) => {
      response.writeHead(200, { connection: "close", "content-length": answer.length }).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    const endpoint = new RemoteEndpoint(specOf(url), "m", clock);
    const { body, done } = await endpoint.ask("{}", { isStreamed: true, signal: new AbortController().signal });
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      await sleep(20);
    }
    done(true);
    expect(bytes).toBe(answer.length);
    await endpoint.close();
    server.close();
  }
});
