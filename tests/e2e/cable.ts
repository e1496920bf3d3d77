import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A line between a browser and a server that can be cut, as one pulls a plug: what hangs on it breaks, nothing gets through. */
export interface Cable {
  readonly origin: string;
  cut(): void;
  mend(): void;
  close(): void;
}

export async function layCable(server: string): Promise<Cable> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  let isCut = false;
  const line = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      drop();
    },
    mend() {
      isCut = false;
    },
    close() {
      drop();
      line.close();
    },
  };
}
