import { defineConfig } from "vitest/config";
import { hangLimitMs } from "./test/support/until.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/stack.ts"],
    // What a handler logs would bury what a test says.
    env: { POWERTOOLS_LOG_LEVEL: "SILENT", POWERTOOLS_METRICS_DISABLED: "true" },
    // One by itself leaves a core to wait: a test waits for the stack most of its time. The default leaves one core free.
    maxWorkers: 2,
    // They end what hangs. A test waits for a state, and a busy machine is given the time that it needs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: hangLimitMs, interval: 50 } },
  },
});
