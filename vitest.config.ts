import { defineConfig } from "vitest/config";

const fast = { include: ["tests/unit/**/*.test.ts", "tests/property/**/*.test.ts"] };
const whole = {
  include: ["tests/{contract,edge,http,flow}/**/*.test.ts"],
  globalSetup: ["tests/support/build-functions-once.ts"],
};

export default defineConfig({
  test: {
    // Two cores: a whole local cloud runs beside each file of `whole`.
    maxWorkers: 2,
    projects: [
      { test: { ...fast, name: "fast" } },
      // Real servers, real handshakes, a Java database.
      { test: { ...whole, name: "whole", testTimeout: 90_000, hookTimeout: 120_000 } },
    ],
  },
});
