// Runs the module given as an address, TypeScript included: what tests start as a process to kill.
import { register } from "tsx/esm/api";

register();
await import(process.argv[2]);
