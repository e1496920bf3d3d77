/**
 * What tsx has esbuild put before a module: it defines the name of every function anew each time one is made, which gives each
 * a hidden class of its own. It is for code whose names were shortened; ours were not, so functions have their names already.
 */
const HELPER = 'var __name=(target,value)=>__defProp(target,"name",{value,configurable:true});';
const PLAIN = "var __name=(target)=>target;";

/** A loader hook, to be registered after tsx, so that it sees what tsx made. */
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!/\.tsx?(\?|$)/.test(url) || loaded.format !== "module") return loaded;
  return { ...loaded, source: String(loaded.source).replace(HELPER, PLAIN) };
}
