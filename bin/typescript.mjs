// Where nothing was built, the product runs from its TypeScript source: tsx makes it JavaScript, and the hook after it takes out what that costs.
import { register as registerHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
registerHooks("./plain-functions.mjs", import.meta.url);
