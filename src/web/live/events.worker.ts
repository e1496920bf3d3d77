import { EventHub } from "./event-hub.ts";
import { EventStream } from "./event-stream.ts";

// One per browser and user: named after the user, so that nobody hears what is another's.
const stream = new EventStream({
  onEvent: (event) => hub.event(event),
  onConnection: (connection) => hub.connection(connection),
});
const hub = new EventHub({
  open: () => stream.open(),
  close: () => {
    stream.close();
    stream.forget();
  },
});

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  const leave = hub.join((message) => port.postMessage(message));
  port.addEventListener("message", leave);
  port.start();
});
