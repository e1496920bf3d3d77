import type { ToolCallProtocol } from "../chat-template.ts";
import { BareParser } from "./bare-parser.ts";
import type { ToolCallParser } from "./call-reader.ts";
import { ListParser } from "./list-parser.ts";
import { MarkedParser } from "./marked-parser.ts";
import { NamedParser } from "./named-parser.ts";

/** The parser for a protocol. `newCallId` names the calls to which the model gives no usable id. */
export function createToolCallParser(protocol: ToolCallProtocol, newCallId: () => string): ToolCallParser {
  switch (protocol.kind) {
    case "mistral-list":
      return new ListParser(newCallId);
    case "mistral-named":
      return new NamedParser(newCallId);
    case "marked-json":
      return new MarkedParser(protocol, newCallId);
    case "bare-json":
      return new BareParser(newCallId);
  }
}
