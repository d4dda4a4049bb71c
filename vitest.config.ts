import { join } from "node:path";
import { defineConfig } from "vitest/config";

// As a stage's functions have it; the metrics library complains where there is none.
const env = { POWERTOOLS_METRICS_NAMESPACE: "edgecert" };
const fast = {
  // Handlers are made to fail by the hundred here, and no test reads what they log of it.
  env: { ...env, POWERTOOLS_LOG_LEVEL: "SILENT" },
  include: ["tests/unit/**/*.test.ts", "tests/property/**/*.test.ts"],
};
const whole = {
  env,
  include: ["tests/{contract,edge,http,flow}/**/*.test.ts"],
  globalSetup: ["tests/support/build-functions-once.ts"],
};

// SST's platform is not in node_modules: `npm run infra:check` brings it, and runs these.
const platform = join(import.meta.dirname, ".sst/platform/node_modules");
const infra = {
  include: ["tests/infra/**/*.test.ts"],
  alias: { "@pulumi/pulumi": join(platform, "@pulumi/pulumi"), "@pulumi/aws": join(platform, "@pulumi/aws") },
};

const onCi = process.env["CI"] !== undefined;

export default defineConfig({
  test: {
    // Two cores: a whole local cloud runs beside each file of `whole`.
    maxWorkers: 2,
    projects: [
      { test: { ...fast, name: "fast" } },
      { test: { ...infra, name: "infra", testTimeout: 60_000, hookTimeout: 120_000 } },
      // Real servers, real handshakes, a Java database. On CI a failure is tried once more and shown as retried: the
      // machine is shared, and its worst pauses are longer than any wait that a person would put up with.
      { test: { ...whole, name: "whole", testTimeout: 90_000, hookTimeout: 120_000, retry: onCi ? 1 : 0 } },
    ],
  },
});
