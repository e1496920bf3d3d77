import { GrammarError } from "../grammar-error.ts";
import { resolveUri } from "./uri.ts";

/** The drafts that differ in what their keywords mean. `unstated`: no `$schema`; keywords of every draft are enforced. */
export type Dialect = "draft4" | "draft6" | "draft7" | "2019-09" | "2020-12" | "unstated";

/** One schema inside a document. */
export interface Site {
  readonly schema: unknown;
  /** JSON pointer from the document's root. */
  readonly pointer: string;
  /** The URI that references in it are relative to. */
  readonly base: string;
  readonly dialect: Dialect;
}

const MAX_DEPTH = 512;
/** Keywords whose values are data, not schemas: identifiers inside them mean nothing. */
const DATA_KEYWORDS = new Set(["const", "enum", "default", "examples", "example"]);
const NAMING_KEYWORDS = new Set(["$id", "id", "$anchor", "$dynamicAnchor", "$schema"]);

/** A schema document with all its subschemas, found by URI, anchor or pointer. Nothing is ever fetched. */
export class SchemaDocument {
  readonly root: Site;
  readonly #resources = new Map<string, Site>();
  readonly #anchors = new Map<string, Site>();
  readonly #dynamicAnchors = new Map<string, Site>();
  readonly #sites = new Map<unknown, Site>();
  readonly #targets = new Map<string, Site>();
  readonly #others: ReadonlyMap<string, unknown>;

  /** `base`: the URI of the document where it does not name itself; `others`: further documents by their URI. */
  constructor(schema: unknown, base: string, others: ReadonlyMap<string, unknown> = new Map()) {
    this.#others = others;
    this.root = { schema, pointer: "", base, dialect: dialectOf(schema) ?? "unstated" };
    this.root = this.#register(this.root);
    this.#resources.set(base, this.root);
  }

  /** The site of a subschema that stands at `path` below another one. */
  child(parent: Site, ...path: (string | number)[]): Site {
    let { schema, pointer } = parent;
    for (const step of path) {
      schema = (schema as Record<string, unknown>)[step];
      pointer += `/${escapeStep(step)}`;
    }
    const indexed = typeof schema === "object" && schema !== null ? this.#sites.get(schema) : undefined;
    return indexed?.pointer === pointer ? indexed : { schema, pointer, base: parent.base, dialect: parent.dialect };
  }

  /** The target of a `$ref`; the same object whenever it is asked for. */
  resolve(from: Site, reference: string): Site {
    const key = `${from.base} ${reference}`;
    const known = this.#targets.get(key) ?? this.#resolve(from, reference);
    this.#targets.set(key, known);
    return known;
  }

  #resolve(from: Site, reference: string): Site {
    const { uri, fragment } = resolveUri(from.base, reference);
    this.#open(uri);
    const anchored = this.#anchors.get(`${uri}#${fragment}`);
    if (anchored !== undefined) return anchored;
    const resource = this.#resources.get(uri);
    if (resource === undefined) {
      throw new GrammarError({
        code: "unsupported",
        keyword: "$ref",
        pointer: from.pointer,
        reason: `"${reference}" is not part of this document, and schemas are never fetched`,
      });
    }
    const target = fragment === "" ? resource : fragment.startsWith("/") ? this.#walk(resource, fragment) : undefined;
    if (target === undefined) {
      throw new GrammarError({
        code: "malformed",
        keyword: "$ref",
        pointer: from.pointer,
        reason: `"${reference}" leads nowhere`,
      });
    }
    return target;
  }

  /** The schema with a dynamic anchor in the resource of `site`. */
  dynamicAnchor(site: Site, name: string): Site | undefined {
    return this.#dynamicAnchors.get(`${resolveUri(site.base, "").uri}#${name}`);
  }

  /** The root of the resource that `site` is part of. */
  resourceOf(site: Site): Site {
    return this.#resources.get(site.base) ?? this.#resources.get(resolveUri(site.base, "").uri) ?? this.root;
  }

  /** Takes another document in when it is first referred to. */
  #open(uri: string): void {
    const schema = this.#others.get(uri);
    if (schema === undefined || this.#resources.has(uri)) return;
    const site: Site = { schema, pointer: "", base: uri, dialect: dialectOf(schema) ?? this.root.dialect };
    this.#resources.set(uri, site);
    this.#resources.set(uri, this.#register(site));
  }

  /** Documents that name none of their parts, which are most, need no index of them. */
  #register(site: Site): Site {
    if (namesParts(site.schema)) return this.#index(site, 0);
    return typeof site.schema === "object" && site.schema !== null ? this.#identify(site) : site;
  }

  #index(site: Site, depth: number): Site {
    refuseDepth(depth);
    if (typeof site.schema !== "object" || site.schema === null) return site;
    const here = this.#identify(site);
    this.#sites.set(here.schema, here);
    for (const [key, value] of Object.entries(site.schema)) {
      if (typeof value !== "object" || value === null || DATA_KEYWORDS.has(key)) continue;
      this.#index({ ...here, schema: value, pointer: `${here.pointer}/${escapeStep(key)}` }, depth + 1);
    }
    return here;
  }

  /** Registers the identifiers that a schema carries; its site may have another base than the one around it. */
  #identify(site: Site): Site {
    if (Array.isArray(site.schema)) return site;
    const schema = site.schema as Record<string, unknown>;
    const dialect = dialectOf(schema) ?? site.dialect;
    const id =
      dialect === "draft4" ? schema["id"] : (schema["$id"] ?? (dialect === "unstated" ? schema["id"] : undefined));
    const isNamed = typeof id === "string" && !(isOldRef(dialect) && typeof schema["$ref"] === "string");
    const target = isNamed ? resolveUri(site.base, id) : undefined;
    const base = target === undefined || id === undefined || (id as string).startsWith("#") ? site.base : target.uri;
    const here: Site = { ...site, base, dialect };
    if (base !== site.base) this.#resources.set(base, here);
    if (target !== undefined && target.fragment !== "") this.#anchors.set(`${target.uri}#${target.fragment}`, here);
    const uri = resolveUri(base, "").uri;
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const name = schema[keyword];
      if (typeof name === "string") this.#anchors.set(`${uri}#${name}`, here);
      if (typeof name === "string" && keyword === "$dynamicAnchor") this.#dynamicAnchors.set(`${uri}#${name}`, here);
    }
    return here;
  }

  #walk(from: Site, pointer: string): Site | undefined {
    let site = from;
    for (const raw of pointer.slice(1).split("/")) {
      const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
      const { schema } = site;
      if (typeof schema !== "object" || schema === null || !Object.hasOwn(schema, step)) return undefined;
      site = this.child(site, step);
    }
    return site;
  }
}

/** Whether anything below the root of a document has an identifier, or a dialect of its own. */
function namesParts(schema: unknown, depth = 0): boolean {
  refuseDepth(depth);
  if (typeof schema !== "object" || schema === null) return false;
  return Object.entries(schema).some(([key, value]) => {
    if (typeof value === "string") return depth > 0 && NAMING_KEYWORDS.has(key);
    return !DATA_KEYWORDS.has(key) && namesParts(value, depth + 1);
  });
}

function refuseDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw new GrammarError({ code: "too_large", pointer: "", reason: `nests deeper than ${MAX_DEPTH}` });
}

/** Whether a `$ref` hides its siblings, identifiers among them. */
export function isOldRef(dialect: Dialect): boolean {
  return dialect === "draft4" || dialect === "draft6" || dialect === "draft7";
}

export function escapeStep(step: string | number): string {
  const text = String(step);
  return /[~/]/.test(text) ? text.replaceAll("~", "~0").replaceAll("/", "~1") : text;
}

function dialectOf(schema: unknown): Dialect | undefined {
  const uri = (schema as { $schema?: unknown } | null)?.$schema;
  if (typeof uri !== "string") return undefined;
  if (/draft-0[34]\/schema/.test(uri)) return "draft4";
  if (/draft-06\/schema/.test(uri)) return "draft6";
  if (/draft-07\/schema/.test(uri)) return "draft7";
  if (/2019-09\/schema/.test(uri)) return "2019-09";
  return /2020-12\/schema/.test(uri) ? "2020-12" : undefined;
}
