// The thread's sources are TypeScript, however the server's process was started.
import "../../../bin/typescript.mjs";

await import("./form-thread.ts");
