import { createHash } from "node:crypto";
import { bodySchema } from "./openapi.ts";
import type { Answer, Route } from "./route.ts";

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #333); --soft: light-dark(#666, #999); --accent: #c2410c; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 .2rem; font: 600 1rem ui-monospace, monospace; overflow-wrap: anywhere; }
h3 span { color: var(--accent); } p { margin: .3rem 0; } .soft { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin-top: .6rem; }
td { border-top: 1px solid var(--line); padding: .3rem .8rem .3rem 0; vertical-align: top; }
td:first-child, td:nth-child(2) { font-family: ui-monospace, monospace; } td:nth-child(2) { color: var(--soft); }
`;

/** The route table as a page for people: no script, nothing from elsewhere. */
export function referencePage(routes: readonly Route[], version: string): Answer {
  const sections = byGroup(routes).map(
    ([group, members]) => `<h2>${escape(group)}</h2>${members.map(section).join("")}`,
  );
  const text = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tramontane API</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>Tramontane API <span class="soft">${escape(version)}</span></h1>
<p>Authenticate with <code>Authorization: Bearer &lt;key&gt;</code>, <code>api-key</code> or <code>x-api-key</code>.
The same as a document for machines: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join("\n")}</body></html>`;
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return {
    kind: "text",
    contentType: "text/html; charset=utf-8",
    text,
    headers: { "content-security-policy": policy },
  };
}

function byGroup(routes: readonly Route[]): [string, Route[]][] {
  const groups = new Map<string, Route[]>();
  for (const route of routes) groups.set(route.group, [...(groups.get(route.group) ?? []), route]);
  return [...groups];
}

function section({ method, paths, summary, streams, body }: Route): string {
  const [path, ...aliases] = paths;
  const also = aliases.length > 0 ? `<p class="soft">Also at ${aliases.map(escape).join(", ")}</p>` : "";
  const events = streams ? `<p class="soft">With <code>"stream": true</code>: server-sent events.</p>` : "";
  return `<h3><span>${method}</span> ${escape(path)}</h3><p>${escape(summary)}.</p>${also}${events}${body ? fields(body) : ""}`;
}

function fields(body: NonNullable<Route["body"]>): string {
  const schema = bodySchema(body) as { properties: Record<string, Property>; required?: string[] };
  const rows = Object.entries(schema.properties).map(([name, property]) => {
    const required = schema.required?.includes(name) ? " *" : "";
    return `<tr><td>${escape(name)}${required}</td><td>${escape(typeOf(property))}</td><td>${escape(property.description ?? "")}</td></tr>`;
  });
  return `<table>${rows.join("")}</table>`;
}

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Property;
  readonly anyOf?: readonly Property[];
  readonly oneOf?: readonly Property[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function typeOf(property: Property): string {
  const options = property.anyOf ?? property.oneOf;
  if (options) return [...new Set(options.map(typeOf))].filter((type) => type !== "null").join(" | ");
  if (property.enum) return property.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (property.const !== undefined) return JSON.stringify(property.const);
  if (property.type === "array") return `${property.items ? typeOf(property.items) : "any"}[]`;
  const { minimum, maximum } = property;
  const isBounded = maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER;
  const bounds = isBounded ? ` ${minimum ?? ""}..${maximum}` : "";
  return `${property.type ?? "any"}${bounds}`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
