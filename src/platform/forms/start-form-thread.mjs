// The thread's sources are TypeScript, however the server's process was started.
import { load } from "../../../bin/load.mjs";

await load("platform/forms/form-thread");
