import { remoteEngines } from "#platform";
import type { Catalog, InferenceObserver, Outcome } from "#platform";

/** Upper bounds, seconds; the last bucket is infinite. vLLM's, so that its dashboards fit. */
const LATENCY_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Counters and histograms of the inference, and the text Prometheus reads. */
export interface Metrics extends InferenceObserver {
  /** The exposition format, version 0.0.4, with the gauges of all loaded models. */
  render(catalog: Catalog, activeRequests: number): string;
}

export function createMetrics(): Metrics {
  const duration = new Histogram(
    "gen_ai_server_request_duration_seconds",
    "Time of a request, from admission to its end.",
  );
  const firstText = new Histogram("gen_ai_server_time_to_first_token_seconds", "Time until the first text.");
  const gap = new Histogram("gen_ai_server_time_per_output_token_seconds", "Time between two pieces of text.");
  const finished = new Counter("vllm:request_success_total", "Finished choices by reason.");
  const prompt = new Counter("vllm:prompt_tokens_total", "Prompt tokens, those from the prefix cache included.");
  const cached = new Counter("vllm:prefix_cache_hits_total", "Prompt tokens found in the prefix cache.");
  const generated = new Counter("vllm:generation_tokens_total", "Generated tokens.");
  const models = new Remembered((model) => labels({ model_name: model }));
  const forced = new Counter("tramontane:forced_tokens_total", "Generated tokens that a form left no choice about.");
  const formTime = new Counter("tramontane:form_seconds_total", "Time spent on keeping answers to their form.");
  return {
    gap: (deployment, gapMs) => gap.observe(models.get(deployment), gapMs / 1000),
    ended(outcome: Outcome) {
      const model = models.get(outcome.deployment);
      const operation = `${model},gen_ai_operation_name="${outcome.operation}"`;
      duration.observe(operation, outcome.durationMs / 1000);
      if (outcome.firstTextMs !== undefined) firstText.observe(operation, outcome.firstTextMs / 1000);
      for (const ending of outcome.endings) finished.add(`${model},finished_reason="${ending}"`, 1);
      prompt.add(model, outcome.promptTokens);
      cached.add(model, outcome.cachedTokens);
      generated.add(model, outcome.completionTokens);
      if (outcome.form === undefined) return;
      forced.add(model, outcome.form.forcedTokens);
      formTime.add(model, outcome.form.ms / 1000);
    },
    render: (catalog, activeRequests) =>
      [duration, firstText, gap, finished, prompt, cached, generated, forced, formTime]
        .flatMap((metric) => metric.render())
        .concat(
          renderGauges(catalog),
          gauge("tramontane:http_requests_active", "Requests being answered.", [["", activeRequests]]),
        )
        .join("\n") + "\n",
  };
}

function renderGauges(catalog: Catalog): string[] {
  const loaded = catalog.deployments.flatMap(({ spec, current }) =>
    current ? [{ label: labels({ model_name: spec.id }), status: current.engine.status() }] : [],
  );
  type Status = (typeof loaded)[number]["status"];
  const rows = (read: (status: Status) => number): [string, number][] =>
    loaded.map(({ label, status }) => [label, read(status)]);
  return [
    gauge(
      "vllm:num_requests_running",
      "Sequences being generated.",
      rows((status) => status.runningSequences),
    ),
    gauge(
      "vllm:num_requests_waiting",
      "Requests waiting for room.",
      rows((status) => status.waitingRequests),
    ),
    gauge(
      "vllm:kv_cache_usage_perc",
      "Part of the KV cache in use, from 0 to 1.",
      rows((status) => status.cacheTokensUsed / Math.max(status.cacheTokensTotal, 1)),
    ),
    gauge(
      "tramontane:model_resident_bytes",
      "Memory of the model's process.",
      rows((status) => status.residentBytes),
    ),
    gauge(
      "tramontane:model_restarts",
      "How often the model's process was restarted.",
      rows((status) => status.restarts),
    ),
    gauge("tramontane:remote_engines", "Servers of remote models, by whether they can be used.", engineRows(catalog)),
  ].flat();
}

function engineRows(catalog: Catalog): [string, number][] {
  const counts = new Map<string, number>();
  for (const { model, state } of remoteEngines(catalog)) {
    const label = labels({ model_name: model, state });
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts];
}

/** What a function made of each of a few texts. */
class Remembered {
  readonly #known = new Map<string, string>();
  readonly #make: (text: string) => string;

  constructor(make: (text: string) => string) {
    this.#make = make;
  }

  get(text: string): string {
    let made = this.#known.get(text);
    if (made === undefined) this.#known.set(text, (made = this.#make(text)));
    return made;
  }
}

class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(label: string, amount: number): void {
    this.#values.set(label, (this.#values.get(label) ?? 0) + amount);
  }

  render(): string[] {
    return describe(this.#name, this.#help, "counter", [...this.#values]);
  }
}

class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #series = new Map<string, { counts: number[]; sum: number; count: number }>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(label: string, seconds: number): void {
    let series = this.#series.get(label);
    if (!series) {
      series = { counts: LATENCY_BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#series.set(label, series);
    }
    const bucket = LATENCY_BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) series.counts[bucket]! += 1;
    series.sum += seconds;
    series.count += 1;
  }

  render(): string[] {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    for (const [label, { counts, sum, count }] of this.#series) {
      let total = 0;
      for (const [index, bound] of LATENCY_BUCKETS.entries()) {
        total += counts[index]!;
        lines.push(`${this.#name}_bucket{${label},le="${bound}"} ${total}`);
      }
      lines.push(`${this.#name}_bucket{${label},le="+Inf"} ${count}`);
      lines.push(`${this.#name}_sum{${label}} ${sum}`, `${this.#name}_count{${label}} ${count}`);
    }
    return lines;
  }
}

function gauge(name: string, help: string, values: readonly [string, number][]): string[] {
  return describe(name, help, "gauge", values);
}

function describe(name: string, help: string, type: string, values: readonly [string, number][]): string[] {
  const lines = values.map(([label, value]) => (label === "" ? `${name} ${value}` : `${name}{${label}} ${value}`));
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function labels(pairs: Readonly<Record<string, string>>): string {
  const escape = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return Object.entries(pairs)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(",");
}
