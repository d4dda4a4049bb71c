import { defineConfig } from "vitest/config";

const fast = { include: ["tests/unit/**/*.test.ts", "tests/property/**/*.test.ts"] };
const whole = {
  include: ["tests/{contract,edge,http,flow}/**/*.test.ts"],
  globalSetup: ["tests/support/build-functions-once.ts"],
};

const onCi = process.env["CI"] !== undefined;

export default defineConfig({
  test: {
    // Two cores: a whole local cloud runs beside each file of `whole`.
    maxWorkers: 2,
    projects: [
      { test: { ...fast, name: "fast" } },
      // Real servers, real handshakes, a Java database. On CI a failure is tried once more and shown as retried: the
      // machine is shared, and its worst pauses are longer than any wait that a person would put up with.
      { test: { ...whole, name: "whole", testTimeout: 90_000, hookTimeout: 120_000, retry: onCi ? 1 : 0 } },
    ],
  },
});
