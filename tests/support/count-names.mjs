// Counts how often loading a module of ours defines a function's name through esbuild's helper: count-names.mjs LOADER MODULE
const define = Object.defineProperty;
let count = 0;
Object.defineProperty = (target, key, about) => {
  if (key === "name" && /__name \(.*\/src\//.test(new Error("where").stack)) count += 1;
  return define(target, key, about);
};
const [loader, module] = process.argv.slice(2);
await import(loader);
const loaded = await import(module);
console.log(JSON.stringify({ count, name: loaded.TramontaneError.name }));
