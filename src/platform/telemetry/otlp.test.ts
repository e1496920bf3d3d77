import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { silentLogger } from "#base";
import { ManualClock } from "../../../tests/support/manual-clock.ts";
import { openTelemetry } from "./otlp.ts";
import type { TracedRequest } from "./otlp-words.ts";

const clock = new ManualClock(Date.UTC(2024, 1, 26));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Metric {
  name: string;
  unit: string;
  histogram: {
    aggregationTemporality: number;
    dataPoints: { attributes: { key: string; value: object }[]; count: string; sum: number; bucketCounts: string[] }[];
  };
}

/** A collector that answers with the given statuses in turn, then 200. */
async function collector(...statuses: number[]) {
  const posts: { path: string; spans: { [name: string]: unknown }[] }[] = [];
  const metrics: Metric[][] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString());
      if (request.url!.endsWith("/metrics")) {
        metrics.push(body.resourceMetrics[0].scopeMetrics[0].metrics);
        response.end("{}");
        return;
      }
      posts.push({ path: request.url!, spans: body.resourceSpans[0].scopeSpans[0].spans });
      response.writeHead(statuses.shift() ?? 200).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  return { posts, metrics, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/otlp/`) };
}

function traced(over: Partial<TracedRequest["outcome"]> = {}): TracedRequest {
  const caller = {
    organizationId: "org",
    workspaceId: "ws",
    keyId: "key",
    userId: undefined,
    scopes: new Set<never>(),
    models: undefined,
  };
  const requestId = "018de000-0000-7000-8000-00000000abcd";
  const size = { promptBytes: 1, countPrompt: () => Promise.resolve(1), maxOutputTokens: 1, isOutputBounded: true };
  return {
    ask: {
      call: { requestId, caller, dialect: "mistral", signal: new AbortController().signal },
      deployment: "small",
      operation: "chat",
      size,
    },
    outcome: {
      operation: "chat",
      deployment: "small",
      promptTokens: 10,
      cachedTokens: 4,
      completionTokens: 3,
      ending: "completed",
      endings: ["stop"],
      durationMs: 250,
      firstTextMs: 100,
      ...over,
    },
  };
}

test("a request is one span, found by its id, in the words of the GenAI conventions", async () => {
  const { posts, url } = await collector();
  const traces = openTelemetry({ url, clock, logger: silentLogger });
  traces.record(traced());
  traces.record(traced({ ending: "broken", endings: ["engine_crashed"], firstTextMs: undefined }));
  await traces.close();
  expect(posts.map(({ path }) => path)).toEqual(["/otlp/v1/traces"]);
  const [good, bad] = posts[0]!.spans;
  expect(good).toMatchObject({
    traceId: "018de00000007000800000000000abcd",
    name: "chat small",
    startTimeUnixNano: "1708905599750000000",
    endTimeUnixNano: "1708905600000000000",
    status: { code: 1 },
  });
  expect(good!["attributes"]).toContainEqual({ key: "gen_ai.usage.input_tokens", value: { intValue: "10" } });
  expect(good!["attributes"]).toContainEqual({ key: "gen_ai.server.time_to_first_token", value: { doubleValue: 0.1 } });
  expect(bad).toMatchObject({ status: { code: 2, message: "engine_crashed" } });
});

test("what a collector could not take is sent again, what it refuses is not", async () => {
  const { posts, url } = await collector(503, 400);
  const traces = openTelemetry({ url, clock, logger: silentLogger });
  for (let i = 0; i < 512; i++) traces.record(traced());
  await expect.poll(() => posts.length).toBe(1);
  traces.record(traced());
  await traces.close();
  expect(posts.map(({ spans }) => spans.length)).toEqual([512, 512, 1]);
});

test("a collector that is not there costs no request anything", async () => {
  const traces = openTelemetry({ url: new URL("http://127.0.0.1:1"), clock, logger: silentLogger });
  for (let i = 0; i < 10_000; i++) traces.record(traced());
  await traces.close();
});

test("metrics are histograms with the conventions' names, one series per model, operation and kind of token", async () => {
  const { metrics, url } = await collector();
  const telemetry = openTelemetry({ url, clock, logger: silentLogger });
  telemetry.record(traced());
  telemetry.record(traced());
  telemetry.record(traced({ ending: "broken", endings: ["engine_crashed"], firstTextMs: undefined }));
  await telemetry.close();
  expect(metrics).toHaveLength(1);
  const points = (name: string) => metrics[0]!.find((metric) => metric.name === name)!.histogram.dataPoints;
  for (const name of ["gen_ai.client.operation.duration", "gen_ai.server.request.duration"]) {
    expect(points(name).map(({ count, sum }) => ({ count, sum }))).toEqual([
      { count: "2", sum: 0.5 },
      { count: "1", sum: 0.25 },
    ]);
    expect(points(name)[1]!.attributes).toContainEqual({ key: "error.type", value: { stringValue: "engine_crashed" } });
  }
  const [first] = points("gen_ai.server.time_to_first_token");
  expect(first).toMatchObject({ count: "2", sum: 0.2 });
  expect(first!.bucketCounts.indexOf("2")).toBe(7);
  expect(points("gen_ai.server.time_per_output_token")[0]).toMatchObject({ count: "2", sum: 0.15 });
  const tokens = points("gen_ai.client.token.usage");
  expect(tokens.map(({ count, sum }) => ({ count, sum }))).toEqual([
    { count: "3", sum: 30 },
    { count: "3", sum: 9 },
  ]);
  expect(tokens[1]!.attributes).toContainEqual({ key: "gen_ai.token.type", value: { stringValue: "output" } });
});
