#!/usr/bin/env node
// The server runs from its TypeScript source: tsx is registered here, then the front desk takes over.
import { register } from "tsx/esm/api";

register();
const { main } = await import("../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
