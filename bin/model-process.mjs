// The process of one model.
import { load } from "./load.mjs";

await load("engine/worker/main");
