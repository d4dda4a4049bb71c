// The content distribution in its other modes; the default one is in stage.test.ts.
import { beforeAll, describe, expect, it } from "vitest";
import { readStageConfig } from "../../infra/config.ts";
import { listenersOf } from "../../infra/listeners.ts";
import { at, type Graph, listAt, ofKind } from "./graph.ts";
import { environment, gather } from "./resource-graph.ts";

let graph: Graph = [];

beforeAll(async () => {
  const config = readStageConfig({
    ...environment,
    EDGECERT_CONTENT_MODE: "passthrough",
    EDGECERT_CONTENT_ORIGIN_MTLS: "off",
  });
  graph = await gather(async () => {
    const { declareDistribution } = await import("../../infra/distributions.ts");
    const { declareEdgeFunctions, declareEdgeStore } = await import("../../infra/edge.ts");
    const { declareContentRequests } = await import("../../infra/origin-requests.ts");
    const store = declareEdgeStore();
    const [listener] = listenersOf(config);
    if (listener === undefined) throw new Error("there is no content listener");
    const bundles = { functionDirectory: () => "", edgeSource: () => "// built" };
    declareDistribution({
      config,
      listener,
      functions: declareEdgeFunctions(listener, store, bundles),
      trustStoreId: "ts_1",
      originDomain: config.contentOrigin.domain,
      originRequestPolicyId: declareContentRequests(config.contentMode).id,
    });
  });
});

describe("in passthrough", () => {
  const distribution = (): unknown => ofKind(graph, "aws:cloudfront/distribution:Distribution")[0]?.inputs;

  it("there is no trust store, and nothing is cached, as CloudFront demands", () => {
    expect(at(distribution(), "viewerMtlsConfig")).toEqual({ mode: "passthrough" });
    expect(at(distribution(), "defaultCacheBehavior", "cachePolicyId")).toBe(
      "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    );
  });

  it("the origin gets the certificate itself, to check its chain, within ten headers", () => {
    const [policy] = ofKind(graph, "aws:cloudfront/originRequestPolicy:OriginRequestPolicy");
    const headers = listAt(policy?.inputs, "headersConfig", "headers", "items");
    expect(headers).toEqual(expect.arrayContaining(["Client-Cert", "Client-Cert-Chain"]));
    expect(headers.length).toBeLessThanOrEqual(10);
  });

  it("an origin without mutual TLS is shown no certificate", () => {
    expect(at(distribution(), "origins", 0, "customOriginConfig", "originMtlsConfig")).toBeUndefined();
  });
});
