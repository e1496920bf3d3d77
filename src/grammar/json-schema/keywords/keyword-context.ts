import { GrammarError, type GrammarErrorCode } from "../../grammar-error.ts";
import type { RegexNode } from "../../regex/node.ts";
import { searchPattern } from "../../regex/pattern.ts";
import { type Dialect, escapeStep, type Site } from "../document.ts";
import type { Formula } from "../formula.ts";
import type { Formulas } from "../formulas.ts";
import type { Scalars } from "../scalars.ts";
import { groupsIn } from "./keyword-groups.ts";

/** One schema object while its keywords are being translated. */
export class KeywordContext {
  readonly site: Site;
  readonly schema: Readonly<Record<string, unknown>>;
  /** The groups of keywords that stand here. */
  readonly groups: number;
  readonly formulas: Formulas;
  readonly scalars: Scalars;
  readonly #translate: (...path: (string | number)[]) => Formula;

  constructor(parts: {
    site: Site;
    formulas: Formulas;
    scalars: Scalars;
    translate: (...path: (string | number)[]) => Formula;
  }) {
    this.site = parts.site;
    this.schema = parts.site.schema as Record<string, unknown>;
    this.groups = groupsIn(this.schema);
    this.formulas = parts.formulas;
    this.scalars = parts.scalars;
    this.#translate = parts.translate;
  }

  /** Whether the keyword stands here and is one of the schema's dialect. */
  has(keyword: string, ...dialects: Dialect[]): boolean {
    if (!Object.hasOwn(this.schema, keyword)) return false;
    const { dialect } = this.site;
    return dialects.length === 0 || dialect === "unstated" || dialects.includes(dialect);
  }

  /** The subschema at a path below this schema. */
  subschema(...path: (string | number)[]): Formula {
    return this.#translate(...path);
  }

  /** A keyword's value as an integer >= 0, or `otherwise` when it is absent. */
  count(keyword: string, otherwise: number): number {
    if (!this.has(keyword)) return otherwise;
    const value = this.schema[keyword];
    return typeof value === "number" && Number.isInteger(value) && value >= 0
      ? value
      : this.fail(keyword, "must be an integer >= 0");
  }

  number(keyword: string): number | undefined {
    const value = this.schema[keyword];
    if (value === undefined) return undefined;
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(keyword, "must be a number");
  }

  /** A keyword's value as an object; its entries. */
  entries(keyword: string): [string, unknown][] {
    const value = this.schema[keyword];
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return this.fail(keyword, "must be an object");
    return Object.entries(value);
  }

  list(keyword: string): readonly unknown[] {
    const value = this.schema[keyword];
    return Array.isArray(value) ? value : this.fail(keyword, "must be an array");
  }

  strings(keyword: string, value: unknown): string[] {
    return Array.isArray(value) && value.every((one): one is string => typeof one === "string")
      ? value
      : this.fail(keyword, "must be an array of strings");
  }

  /** The texts in which a pattern of this schema matches somewhere. */
  pattern(source: string, ...path: string[]): RegexNode {
    try {
      return searchPattern(source, this.formulas.regex);
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error;
      return this.fail(path[0] ?? "pattern", error.reason, { code: error.code, path: path.slice(1) });
    }
  }

  fail(keyword: string, reason: string, more: { code?: GrammarErrorCode; path?: readonly string[] } = {}): never {
    const steps = [keyword, ...(more.path ?? [])].map((step) => `/${escapeStep(step)}`).join("");
    throw new GrammarError({ code: more.code ?? "malformed", keyword, reason, pointer: this.site.pointer + steps });
  }
}
