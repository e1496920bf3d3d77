import { createServer } from "node:http";
import { Pool } from "undici";

/** The least a gateway in Node can do: reads the body as JSON, sends it on, passes the answer back. No keys, no counting. */
const upstream = new Pool(process.env["UPSTREAM"]!, { connections: 256 });

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (chunk: Buffer) => parts.push(chunk));
  request.on("end", () => {
    const body = JSON.stringify(JSON.parse(Buffer.concat(parts).toString()));
    const headers = { "content-type": "application/json" };
    upstream.request({ method: "POST", path: request.url!, headers, body }).then(
      (answer) => {
        response.writeHead(answer.statusCode, { "content-type": String(answer.headers["content-type"]) });
        answer.body.pipe(response);
      },
      () => response.writeHead(502).end(),
    );
  });
});
server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as { port: number }).port }));
