import { defineConfig } from "vitest/config";

const fast = { include: ["tests/unit/**/*.test.ts", "tests/property/**/*.test.ts"] };
const whole = { include: ["tests/{contract,edge,http,flow}/**/*.test.ts"] };

export default defineConfig({
  test: {
    projects: [
      { test: { ...fast, name: "fast" } },
      // Real servers, real handshakes, a Java database: files run one at a time on two cores.
      { test: { ...whole, name: "whole", testTimeout: 60_000, hookTimeout: 90_000, fileParallelism: false } },
    ],
  },
});
