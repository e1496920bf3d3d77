export { download } from "./pull/download.ts";
export { downloadUrl, OPEN_WEIGHTS } from "./pull/open-weights.ts";
export type { OpenWeights } from "./pull/open-weights.ts";
