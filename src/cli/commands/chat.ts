import { createInterface } from "node:readline/promises";
import type { Interface } from "node:readline/promises";
import { TramontaneError } from "#base";
import type { Command, CommandContext } from "../command.ts";
import { reachServer } from "../reach-server.ts";
import { listModels, streamChat } from "../terminal/api-client.ts";
import type { ChatMessage, ChatTurn, ServerAddress } from "../terminal/api-client.ts";

export const chat: Command = {
  name: "chat",
  summary: "Talk to a model in this terminal.",
  operands: "[MODEL]",
  options: {
    system: { summary: "Instructions that stand before the conversation.", placeholder: "TEXT" },
    once: { summary: "Answer this one message and end; `-` reads it from standard input.", placeholder: "TEXT" },
    maxTokens: { summary: "Longest answer, in tokens.", placeholder: "COUNT" },
  },
  examples: [
    { line: "tramontane chat", does: "Talk to the default model" },
    { line: "tramontane chat open-mistral-7b", does: "Talk to another one" },
    { line: 'tramontane chat --once "Bonjour"', does: "One answer, for scripts" },
  ],
  async run(context) {
    const server = await reachServer(context);
    try {
      const session = new ChatSession(context, server.address);
      const once = context.options["once"];
      return once === undefined ? await session.converse() : await session.answerOnce(once);
    } finally {
      await server.release();
    }
  },
};

const HELP = `  /model NAME     use another model        /models    list them
  /system TEXT    set the instructions     /new       forget the conversation
  /help           this page                /exit      leave (also Ctrl-D)
  Ctrl-C stops an answer; the text so far is kept. End a line with \\ to go on writing.`;

const dim = (text: string): string => (process.stdout.isTTY ? `\x1b[2m${text}\x1b[0m` : text);
const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

/** One conversation at a terminal. */
class ChatSession {
  readonly #context: CommandContext;
  readonly #address: ServerAddress;
  #model: string;
  #system: string | undefined;
  #messages: ChatMessage[] = [];
  #answering: AbortController | undefined;

  constructor(context: CommandContext, address: ServerAddress) {
    this.#context = context;
    this.#address = address;
    this.#model = context.positionals[0] ?? context.config.defaultModel;
    this.#system = context.options["system"];
  }

  async answerOnce(message: string): Promise<number> {
    const content = message === "-" ? await readAll(process.stdin) : message;
    this.#messages.push({ role: "user", content });
    const turn = await this.#stream(this.#context.stop);
    process.stdout.write("\n");
    return turn.finishReason === "error" ? 1 : 0;
  }

  async converse(): Promise<number> {
    console.log(`${bold(this.#model)} at ${this.#address.url}. /help shows what you can type.\n`);
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    terminal.on("SIGINT", () => (this.#answering ? this.#answering.abort() : terminal.close()));
    this.#context.stop.addEventListener("abort", () => terminal.close());
    for (;;) {
      const line = await readMessage(terminal);
      if (line === undefined || line === "/exit" || line === "/quit") break;
      if (line === "") continue;
      if (line.startsWith("/")) await this.#command(line);
      else await this.#turn(line);
    }
    terminal.close();
    return 0;
  }

  async #turn(content: string): Promise<void> {
    this.#messages.push({ role: "user", content });
    this.#answering = new AbortController();
    try {
      const turn = await this.#stream(this.#answering.signal);
      console.log(`\n${dim(summary(turn))}\n`);
    } catch (error) {
      const reason = error instanceof TramontaneError ? error.message : String(error);
      console.log(`\n${this.#answering.signal.aborted ? dim("Stopped. The text so far is kept.") : reason}\n`);
    } finally {
      this.#answering = undefined;
    }
  }

  async #stream(signal: AbortSignal): Promise<ChatTurn> {
    const system: ChatMessage[] = this.#system === undefined ? [] : [{ role: "system", content: this.#system }];
    const maxTokens = this.#context.options["maxTokens"];
    let text = "";
    const onText = (piece: string): void => {
      text += piece;
      process.stdout.write(piece);
    };
    const request = {
      model: this.#model,
      messages: [...system, ...this.#messages],
      maxTokens: maxTokens === undefined ? undefined : Number(maxTokens),
    };
    try {
      return await streamChat(this.#address, request, onText, signal);
    } finally {
      if (text === "") this.#messages.pop();
      else this.#messages.push({ role: "assistant", content: text });
    }
  }

  async #command(line: string): Promise<void> {
    const [name = "", ...rest] = line.split(" ");
    const argument = rest.join(" ").trim();
    if (name === "/model" && argument) {
      this.#model = argument;
      console.log(`Now talking to ${bold(argument)}.`);
    } else if (name === "/models") {
      for (const model of await listModels(this.#address)) console.log(`  ${model}`);
    } else if (name === "/system") {
      this.#system = argument || undefined;
      console.log(argument ? "Instructions set." : "Instructions removed.");
    } else if (name === "/new") {
      this.#messages = [];
      console.log("A new conversation.");
    } else {
      console.log(HELP);
    }
  }
}

async function readMessage(terminal: Interface): Promise<string | undefined> {
  let text = "";
  for (;;) {
    const line = await terminal.question(text === "" ? "› " : "… ").catch(() => undefined);
    if (line === undefined) return undefined;
    if (!line.endsWith("\\")) return (text + line).trim();
    text += `${line.slice(0, -1)}\n`;
  }
}

function summary(turn: ChatTurn): string {
  const speed = turn.decodeMs > 0 ? ` · ${Math.round((turn.completionTokens / turn.decodeMs) * 1000)} tok/s` : "";
  const cut = turn.finishReason === "length" ? " · cut at the token limit" : "";
  return `${turn.completionTokens} tokens${speed} · first after ${Math.round(turn.ttftMs)} ms${cut}`;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.trim();
}
