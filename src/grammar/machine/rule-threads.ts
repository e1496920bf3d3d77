import type { JsonContext } from "../json/context.ts";
import { ALL_BYTES, type ByteRange } from "../lexeme/byte-range.ts";
import { lexemeThread } from "./lexeme-thread.ts";
import { Nest } from "./nest.ts";
import { type Part, type Rule, RuleLengths } from "./rule.ts";
import type { Frame, SpanKind, Thread } from "./thread.ts";

/** What every thread inside rules shares. */
interface RuleContext {
  readonly json: JsonContext;
  readonly lengths: RuleLengths;
  /** What identifies each part of an alternative inside a nest. */
  readonly ids: Map<readonly Part[], readonly number[]>;
}

/** The threads at the start of a rule, outside of everything else. Precondition: no rule starts with itself. */
export function startRule(json: JsonContext, rule: Rule, frame: Frame): Thread[] {
  return enterRule({ json, lengths: new RuleLengths(), ids: new Map() }, rule, frame);
}

function enterRule(context: RuleContext, rule: Rule, frame: Frame): Thread[] {
  return rule.alternatives
    .filter((parts) => context.lengths.ofParts(parts) !== Infinity)
    .flatMap((parts) => enter(context, { parts, index: 0 }, frame));
}

/** A place between two parts of an alternative. */
interface Place {
  readonly parts: readonly Part[];
  readonly index: number;
}

function enter(context: RuleContext, place: Place, frame: Frame): readonly Thread[] {
  const part = place.parts[place.index];
  if (part === undefined) return frame.after();
  // What ends with another rule goes on as that rule, so that repetitions do not pile up frames.
  if (part.kind === "rule" && place.index + 1 === place.parts.length) return enterRule(context, part.rule, frame);
  const after = partFrame(context, place, frame);
  switch (part.kind) {
    case "text":
      return part.lexeme.ended ? after.after() : [lexemeThread(context.json.store, part.lexeme, after)];
    case "value":
      return [context.json.value(part.type, after)];
    case "token":
      return [beforeToken(context, part.tokens, after)];
    case "rule":
      return enterRule(context, part.rule, after);
  }
}

/** The frame that waits for the part at `place`. */
function partFrame(context: RuleContext, place: Place, frame: Frame): Frame {
  const { store } = context.json;
  let ids = context.ids.get(place.parts);
  if (ids === undefined) context.ids.set(place.parts, (ids = place.parts.map(() => store.nextId())));
  const id = ids[place.index]!;
  return frame.nest.get<Frame>(id) ?? frame.nest.set(id, new PartFrame(context, place, frame));
}

function beforeToken(context: RuleContext, tokens: readonly number[], frame: Frame): Thread {
  // A frame waits for a single part, so that its own id is free to name that part's thread.
  const { nest, id } = frame;
  return nest.get<Thread>(id) ?? nest.set(id, new BeforeToken(context, tokens, frame));
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

  alike(): ByteRange {
    return ALL_BYTES;
  }

  stepToken(token: number, out: Thread[]): void {
    if (this.tokens.includes(token)) out.push(...this.#frame.after());
  }

  clip(length: number): Thread {
    return beforeToken(this.#context, this.tokens, this.#frame.clip(length));
  }
}

/** Waits for the part at `place` to be complete. */
class PartFrame implements Frame {
  readonly id: number;
  readonly span: SpanKind;
  readonly holdsSpan = true;
  readonly nest: Nest;
  readonly #context: RuleContext;
  readonly #place: Place;
  readonly #parent: Frame;
  #after: readonly Thread[] | undefined;
  #bytes: number | undefined;

  constructor(context: RuleContext, place: Place, parent: Frame) {
    const { store } = context.json;
    this.id = store.nextId();
    this.nest = new Nest(store.nests);
    this.#context = context;
    this.#place = place;
    this.#parent = parent;
    const part = place.parts[place.index]!;
    this.span = part.kind === "text" || part.kind === "value" ? part.span : parent.span;
  }

  after(): readonly Thread[] {
    const { parts, index } = this.#place;
    return (this.#after ??= enter(this.#context, { parts, index: index + 1 }, this.#parent));
  }

  bytesToClose(): number {
    const rest = this.#place.parts.slice(this.#place.index + 1);
    return (this.#bytes ??= this.#context.lengths.ofParts(rest) + this.#parent.bytesToClose());
  }

  clip(length: number): Frame {
    const parent = this.#parent.clip(length);
    return parent === this.#parent ? this : partFrame(this.#context, this.#place, parent);
  }
}
