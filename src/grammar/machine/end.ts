import { ALL_BYTES } from "../lexeme/byte-range.ts";
import type { Frame, Store, Thread } from "./thread.ts";

/** The outermost frame: after it, the text is complete and nothing may follow. */
export function endFrame(store: Store): Frame {
  const end: Thread = {
    id: store.nextId(),
    accepts: true,
    isEnd: true,
    span: "syntax",
    freeLength: 0,
    bytesToClose: () => 0,
    step: () => {},
    alike: () => ALL_BYTES,
    clip: () => end,
  };
  const frame: Frame = {
    id: store.nextId(),
    span: "content",
    nest: store.nest,
    after: () => [end],
    bytesToClose: () => 0,
    clip: () => frame,
  };
  return frame;
}
