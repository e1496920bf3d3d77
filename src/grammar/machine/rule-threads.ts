import type { JsonContext } from "../json/context.ts";
import { lexemeThread } from "./lexeme-thread.ts";
import { type Part, type Rule, RuleLengths } from "./rule.ts";
import type { Frame, SpanKind, Thread } from "./thread.ts";

/** What every thread inside rules shares. */
interface RuleContext {
  readonly json: JsonContext;
  readonly lengths: RuleLengths;
}

/** The threads at the start of a rule, outside of everything else. Precondition: no rule starts with itself. */
export function startRule(json: JsonContext, rule: Rule, frame: Frame): Thread[] {
  return enterRule({ json, lengths: new RuleLengths() }, rule, frame);
}

function enterRule(context: RuleContext, rule: Rule, frame: Frame): Thread[] {
  return rule.alternatives
    .filter((parts) => context.lengths.ofParts(parts) !== Infinity)
    .flatMap((parts, i) => enter(context, { parts, index: 0, key: `${rule.id}.${i}` }, frame));
}

/** A place between two parts of an alternative. */
interface Place {
  readonly parts: readonly Part[];
  readonly index: number;
  /** Identifies the alternative. */
  readonly key: string;
}

function enter(context: RuleContext, place: Place, frame: Frame): readonly Thread[] {
  const part = place.parts[place.index];
  if (part === undefined) return frame.after();
  const { store } = context.json;
  const next = { ...place, index: place.index + 1 };
  const make = (): Frame => new PartFrame(context, next, frame);
  const after = store.frames.get(`R${place.key},${place.index},${frame.id}`, make);
  switch (part.kind) {
    case "text": {
      const thread = lexemeThread(store, part.lexeme, after);
      return part.lexeme.ended ? after.after() : [thread];
    }
    case "value":
      return [context.json.value(part.type, after)];
    case "token":
      return [
        store.threads.get(
          `T${place.key},${place.index},${frame.id}`,
          () => new BeforeToken(context, part.tokens, after),
        ),
      ];
    case "rule":
      return enterRule(context, part.rule, after);
  }
}

/** Before one of some control tokens. */
class BeforeToken implements Thread {
  readonly id: number;
  readonly accepts = false;
  readonly span = "syntax";
  readonly freeLength = 0;
  readonly tokens: readonly number[];
  readonly #context: RuleContext;
  readonly #frame: Frame;

  constructor(context: RuleContext, tokens: readonly number[], frame: Frame) {
    this.id = context.json.store.nextId();
    this.#context = context;
    this.tokens = tokens;
    this.#frame = frame;
  }

  bytesToClose(): number {
    return 1 + this.#frame.bytesToClose();
  }

  step(): void {
    // No byte is a control token.
  }

  stepToken(token: number, out: Thread[]): void {
    if (this.tokens.includes(token)) out.push(...this.#frame.after());
  }

  clip(length: number): Thread {
    const frame = this.#frame.clip(length);
    const key = `T${this.tokens.join()};${frame.id}`;
    return this.#context.json.store.threads.get(key, () => new BeforeToken(this.#context, this.tokens, frame));
  }
}

/** Waits for a part to be complete; `next` is the place after it. */
class PartFrame implements Frame {
  readonly id: number;
  readonly span: SpanKind;
  readonly holdsSpan = true;
  readonly #context: RuleContext;
  readonly #next: Place;
  readonly #parent: Frame;
  #after: readonly Thread[] | undefined;
  #bytes: number | undefined;

  constructor(context: RuleContext, next: Place, parent: Frame) {
    this.id = context.json.store.nextId();
    this.#context = context;
    this.#next = next;
    this.#parent = parent;
    const part = next.parts[next.index - 1]!;
    this.span = part.kind === "text" || part.kind === "value" ? part.span : parent.span;
  }

  after(): readonly Thread[] {
    return (this.#after ??= enter(this.#context, this.#next, this.#parent));
  }

  bytesToClose(): number {
    const rest = this.#next.parts.slice(this.#next.index);
    return (this.#bytes ??= this.#context.lengths.ofParts(rest) + this.#parent.bytesToClose());
  }

  clip(length: number): Frame {
    const parent = this.#parent.clip(length);
    if (parent === this.#parent) return this;
    const key = `R${this.#next.key},${this.#next.index - 1},${parent.id}`;
    return this.#context.json.store.frames.get(key, () => new PartFrame(this.#context, this.#next, parent));
  }
}
