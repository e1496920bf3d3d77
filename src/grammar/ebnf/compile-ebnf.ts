import type { CompiledGrammar } from "../compiled-grammar.ts";
import { GrammarError } from "../grammar-error.ts";
import type { Part, Rule } from "../machine/rule.ts";
import { RuleLengths } from "../machine/rule.ts";
import type { RegexNode } from "../regex/node.ts";
import { type CompilerOptions, GrammarWorkshop } from "../workshop.ts";
import { parseEbnf } from "./parse-ebnf.ts";
import { type Recursion, studyRecursion } from "./recursion.ts";
import { type Expression, type GrammarSource, namesIn, placeOf } from "./syntax.ts";

/** Copies of a recursive part that a bounded repetition may unfold to. */
const MAX_COPIES = 1000;

/**
 * The texts of the rule `root` (or else the first) of a context-free grammar in EBNF. Rules that do not lead to themselves
 * become regular languages, the others rules of the machine. Refused: left recursion, rules without any text, and what
 * is repeated though it may be empty and is recursive.
 */
export function compileEbnf(source: string, options: Pick<CompilerOptions, "maxWork"> = {}): CompiledGrammar {
  const workshop = new GrammarWorkshop(options);
  return workshop.grammar(ebnfRule(source, workshop));
}

/** The start rule of a grammar in EBNF, as a part of a larger grammar. */
export function ebnfRule(source: string, workshop: GrammarWorkshop): Rule {
  return new EbnfBuilder(parseEbnf(source), workshop).start();
}

class EbnfBuilder {
  readonly #source: GrammarSource;
  readonly #workshop: GrammarWorkshop;
  readonly #recursion: Recursion;
  readonly #regular = new Map<string, RegexNode>();
  readonly #rules = new Map<string, Rule>();

  constructor(source: GrammarSource, workshop: GrammarWorkshop) {
    this.#source = source;
    this.#workshop = workshop;
    this.#recursion = studyRecursion(source, (pattern) => this.#regularNode(pattern).accepts);
  }

  start(): Rule {
    const { start, text } = this.#source;
    const root = this.#workshop.rule([this.#parts({ kind: "name", name: start.name, at: start.at })]);
    if (new RuleLengths().of(root) !== Infinity) return root;
    const reason = `${placeOf(text, start.at)}: no text at all satisfies the rule ${start.name}`;
    throw new GrammarError({ code: "unsatisfiable", keyword: start.name, reason });
  }

  #isRegular(expression: Expression): boolean {
    return [...namesIn(expression)].every(({ name }) => this.#recursion.isRegular(name));
  }

  /** An expression as the parts of an alternative. */
  #parts(expression: Expression): Part[] {
    if (this.#isRegular(expression)) return [this.#text(this.#regularNode(expression))];
    switch (expression.kind) {
      case "name":
        return [{ kind: "rule", rule: this.#rule(expression.name) }];
      case "sequence":
        return this.#sequence(expression.parts);
      case "choice":
        return [{ kind: "rule", rule: this.#choice(expression.parts) }];
      case "repeat":
        return this.#repeat(expression);
      default:
        throw new Error(`a ${expression.kind} is regular`);
    }
  }

  /** Neighbours that are regular become one text. */
  #sequence(expressions: readonly Expression[]): Part[] {
    const parts: Part[] = [];
    let run: Expression[] = [];
    const flush = (): void => {
      if (run.length > 0) parts.push(this.#text(this.#regularNode({ kind: "sequence", parts: run })));
      run = [];
    };
    for (const expression of expressions) {
      if (this.#isRegular(expression)) {
        run.push(expression);
        continue;
      }
      flush();
      parts.push(...this.#parts(expression));
    }
    flush();
    return parts;
  }

  #choice(expressions: readonly Expression[]): Rule {
    return this.#workshop.rule(expressions.map((expression) => this.#parts(expression)));
  }

  #repeat({ inner, min, max, at }: Extract<Expression, { kind: "repeat" }>): Part[] {
    const copies = max === Infinity ? min : max;
    if (copies > MAX_COPIES) this.#refuse(at, "too_large", `repeats a recursive rule more than ${MAX_COPIES} times`);
    if (max > 1 && this.#recursion.isNullable(inner)) {
      this.#refuse(
        at,
        "unsupported",
        "repeats a recursive rule that may be empty; make what is repeated begin with text",
      );
    }
    const once = this.#parts(inner);
    const tail: Rule = this.#workshop.rule([[]]);
    if (max === Infinity) tail.alternatives.push([...once, { kind: "rule", rule: tail }]);
    let rest = tail;
    for (let copy = min; copy < max && max !== Infinity; copy++) {
      rest = this.#workshop.rule([[], [...once, { kind: "rule", rule: rest }]]);
    }
    return [...Array.from({ length: min }, () => once).flat(), { kind: "rule", rule: rest }];
  }

  #rule(name: string): Rule {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const rule = this.#workshop.rule([]);
    this.#rules.set(name, rule);
    const { body } = this.#source.rules.get(name)!;
    const alternatives = body.kind === "choice" ? body.parts : [body];
    rule.alternatives.push(...alternatives.map((alternative) => this.#parts(alternative)));
    return rule;
  }

  /** Precondition: no recursive rule in it. */
  #regularNode(expression: Expression): RegexNode {
    const { regex } = this.#workshop;
    regex.meter.spend(1);
    switch (expression.kind) {
      case "literal":
        return regex.literal(expression.text);
      case "pattern":
        return this.#pattern(expression);
      case "name":
        return this.#named(expression.name);
      case "sequence":
        return expression.parts.reduceRight<RegexNode>(
          (rest, part) => regex.concat(this.#regularNode(part), rest),
          regex.epsilon,
        );
      case "choice":
        return regex.or(expression.parts.map((part) => this.#regularNode(part)));
      case "repeat":
        return regex.repeat(this.#regularNode(expression.inner), expression.min, expression.max);
    }
  }

  #named(name: string): RegexNode {
    const known = this.#regular.get(name);
    if (known !== undefined) return known;
    const node = this.#regularNode(this.#source.rules.get(name)!.body);
    this.#regular.set(name, node);
    return node;
  }

  #pattern({ source, at }: Extract<Expression, { kind: "pattern" }>): RegexNode {
    try {
      return this.#workshop.pattern(source);
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error;
      return this.#refuse(at, error.code, error.message);
    }
  }

  #text(node: RegexNode): Part {
    return { kind: "text", lexeme: this.#workshop.textOf(node), span: "content" };
  }

  #refuse(at: number, code: GrammarError["code"], reason: string): never {
    throw new GrammarError({ code, reason: `${placeOf(this.#source.text, at)}: ${reason}` });
  }
}
