// The thread's sources are TypeScript, however the server's process was started.
import { register } from "tsx/esm/api";

register();
await import("./form-thread.ts");
