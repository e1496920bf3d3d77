#!/usr/bin/env node
// First the loader of TypeScript, then the front desk takes over.
import "./typescript.mjs";

const { main } = await import("../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
