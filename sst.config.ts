/// <reference path="./.sst/platform/config.d.ts" />
// The deployment to AWS: one stage, in us-east-1. What it is made of: infra/. How to deploy it: docs/deploy.md.

export default $config({
  app({ stage }) {
    const production = stage === "production";
    return {
      name: "edgecert",
      home: "aws",
      version: "4.17.1",
      // Origin mutual TLS of CloudFront came to the provider with 7.36; SST brings 7.20 (decision 0018).
      providers: { aws: { version: "7.48.0", region: "us-east-1" } },
      protect: production,
      removal: production ? "retain" : "remove",
    };
  },
  async run() {
    const { declareStage } = await import("./infra/stage.ts");
    return declareStage();
  },
});
