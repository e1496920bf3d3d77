import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts", "models/**/*.test.ts", "bench/**/*.test.ts"],
    testTimeout: 30_000,
    // A hook may make a database, on a machine whose cores others use too.
    hookTimeout: 60_000,
    // Native models live in child processes of the tests themselves; two files at a time keep a 2-core machine honest.
    maxWorkers: 2,
  },
});
