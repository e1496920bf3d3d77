// The thread that compiles forms, however the server's process was started.
import { load } from "../../../bin/load.mjs";

await load("platform/forms/form-thread");
