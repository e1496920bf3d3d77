// Builds the web app into dist/web when its sources or the lock file changed since the last build.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const home = fileURLToPath(new URL("..", import.meta.url));
const source = join(home, "src/web");
const output = join(home, "dist/web");
const stampFile = join(output, ".vite/stamp");

function sourceHash() {
  const hash = createHash("sha256").update(readFileSync(join(home, "package-lock.json")));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(fileURLToPath(import.meta.url));
  for (const file of files.toSorted()) hash.update(file.slice(home.length)).update(readFileSync(file));
  return hash.digest("hex");
}

export async function buildWebApp() {
  const wanted = sourceHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  console.log("setup: building the web app");
  // Loaded here: this file is imported before anything is installed.
  const { build } = await import("vite");
  const { default: react } = await import("@vitejs/plugin-react");
  const { default: tailwindcss } = await import("@tailwindcss/vite");
  const { default: optimizeLocales } = await import("@react-aria/optimize-locales-plugin");
  await build({
    configFile: false,
    root: source,
    logLevel: "warn",
    publicDir: false,
    plugins: [
      react(),
      tailwindcss(),
      { ...optimizeLocales.vite({ locales: ["en-US", "fr-FR", "es-ES", "de-DE", "it-IT"] }), enforce: "pre" },
    ],
    worker: { format: "es" },
    build: {
      outDir: output,
      emptyOutDir: true,
      manifest: true,
      target: ["chrome123", "firefox128", "safari17.5"],
      // Small fonts as data: addresses would break the page's `font-src 'self'`.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // The small parts that most pages share are one file, not ten.
      rolldownOptions: {
        checks: { pluginTimings: false },
        output: {
          codeSplitting: {
            includeDependenciesRecursively: false,
            groups: [
              { name: "parts", test: /src\/web\/(components\/(icon|language-names|save-file)|app\/live)/ },
              {
                name: "blocks",
                test: /src\/web\/components\/(copy-button|copy-text|json-tree)|src\/web\/chat\/drawer/,
              },
            ],
          },
        },
      },
    },
  });
  writeFileSync(stampFile, wanted);
}
