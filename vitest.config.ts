import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/stack.ts"],
    // What a handler logs would bury what a test says.
    env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
    // One by itself leaves a core to wait: a test waits for the stack most of its time. The default leaves one core free.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
