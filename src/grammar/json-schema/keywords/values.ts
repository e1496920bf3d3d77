import { decimalOf } from "../../number/decimal.ts";
import { atLeast, atMost } from "../../number/interval-set.ts";
import { type Formula, Kind } from "../formula.ts";
import { formatLanguage } from "../formats.ts";
import type { KeywordContext } from "./keyword-context.ts";

const TYPE_MASKS: Readonly<Record<string, number>> = {
  null: Kind.NULL,
  boolean: Kind.FALSE | Kind.TRUE,
  integer: Kind.INTEGER,
  number: Kind.NUMBER,
  string: Kind.STRING,
  array: Kind.ARRAY,
  object: Kind.OBJECT,
};

/** `type`, `enum`, `const`. */
export function valueKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const out: Formula[] = [];
  if (schema["type"] !== undefined) {
    const names = typeof schema["type"] === "string" ? [schema["type"]] : context.strings("type", schema["type"]);
    let mask = 0;
    for (const name of names) mask |= TYPE_MASKS[name] ?? context.fail("type", `unknown type "${name}"`);
    out.push(formulas.types(mask));
  }
  if (context.has("enum")) out.push(formulas.enumeration(context.list("enum")));
  if (context.has("const", "draft6", "draft7", "2019-09", "2020-12")) out.push(formulas.enumeration([schema["const"]]));
  return out;
}

/** `minimum`, `maximum`, both exclusive forms, `multipleOf`. */
export function numberKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const out: Formula[] = [];
  const bound = (keyword: string, build: typeof atLeast, isExclusive: boolean): void => {
    const value = context.number(keyword);
    if (value !== undefined) out.push(formulas.number(build(decimalOf(value), isExclusive)));
  };
  bound("minimum", atLeast, schema["exclusiveMinimum"] === true);
  bound("maximum", atMost, schema["exclusiveMaximum"] === true);
  if (typeof schema["exclusiveMinimum"] !== "boolean") bound("exclusiveMinimum", atLeast, true);
  if (typeof schema["exclusiveMaximum"] !== "boolean") bound("exclusiveMaximum", atMost, true);
  const divisor = context.number("multipleOf");
  if (divisor !== undefined) {
    if (divisor <= 0) context.fail("multipleOf", "must be greater than 0");
    out.push(formulas.multiple({ of: decimalOf(divisor), negated: false }));
  }
  return out;
}

/** `minLength`, `maxLength`, `pattern`, `format`. */
export function stringKeywords(context: KeywordContext): Formula[] {
  const { schema, formulas } = context;
  const { regex } = formulas;
  const out: Formula[] = [];
  if (context.has("minLength") || context.has("maxLength")) {
    const [min, max] = [context.count("minLength", 0), context.count("maxLength", Infinity)];
    out.push(formulas.text(regex.repeat(regex.anyChar, min, max)));
  }
  if (context.has("pattern")) {
    const source = schema["pattern"];
    if (typeof source !== "string") return context.fail("pattern", "must be a string");
    out.push(formulas.text(context.pattern(source, "pattern")));
  }
  const format = schema["format"];
  if (typeof format === "string") {
    const language = formatLanguage(format, regex);
    if (language !== undefined) out.push(formulas.text(language.node, language.opposite));
  }
  return out;
}
