// The three distributions: who gets in, and how the origin knows that it is CloudFront who asks.
import { expect, it } from "vitest";
import { at, type Graph, listAt, ofKind, textAt } from "./graph.ts";
import { environment, type GraphResource } from "./resource-graph.ts";

export function theEdgeIsClosed(graph: () => Graph): void {
  const distributions = (): readonly GraphResource[] =>
    ofKind(graph(), "aws:cloudfront/distribution:Distribution");
  const named = (name: string): unknown =>
    distributions().find(({ name: logical }) => logical === `${name}Distribution`)?.inputs;
  const behaviours = (inputs: unknown): readonly unknown[] => [
    at(inputs, "defaultCacheBehavior"),
    ...listAt(inputs, "orderedCacheBehaviors"),
  ];

  it("no distribution speaks HTTP/3, plain HTTP or old TLS", () => {
    expect(distributions()).toHaveLength(3);
    for (const { inputs } of distributions()) {
      expect(at(inputs, "httpVersion")).toBe("http2");
      expect(at(inputs, "viewerCertificate", "minimumProtocolVersion")).toBe("TLSv1.2_2021");
      for (const behaviour of behaviours(inputs))
        expect(at(behaviour, "viewerProtocolPolicy")).toBe("https-only");
      for (const origin of listAt(inputs, "origins")) {
        expect(at(origin, "customOriginConfig", "originProtocolPolicy")).toBe("https-only");
        expect(at(origin, "customOriginConfig", "originSslProtocols")).toEqual(["TLSv1.2"]);
      }
    }
  });

  it("firmware wants a certificate, the API takes one, and only the renewal listener lets an expired one in", () => {
    const mtls = (name: string): unknown => [
      at(named(name), "viewerMtlsConfig", "mode"),
      at(named(name), "viewerMtlsConfig", "trustStoreConfig", "ignoreCertificateExpiry"),
      at(named(name), "viewerMtlsConfig", "trustStoreConfig", "trustStoreId"),
    ];
    expect(mtls("Content")).toEqual(["required", false, "TrustStore-id"]);
    expect(mtls("Api")).toEqual(["optional", false, "TrustStore-id"]);
    expect(mtls("Renewal")).toEqual(["required", true, "TrustStore-id"]);
  });

  it("every connection and every request is judged, from the one store", () => {
    const stores = ofKind(graph(), "aws:cloudfront/keyValueStore:KeyValueStore");
    expect(stores).toHaveLength(1);
    const store = "arn:aws:cloudfront::123456789012:key-value-store/edgecert-test-edge";
    for (const { inputs } of distributions()) {
      expect(textAt(inputs, "connectionFunctionAssociation", "id")).toMatch(/Connection-id$/);
      for (const behaviour of behaviours(inputs))
        expect(at(behaviour, "functionAssociations", 0, "eventType")).toBe("viewer-request");
    }
    const connections = ofKind(graph(), "aws:cloudfront/connectionFunction:ConnectionFunction");
    expect(connections).toHaveLength(3);
    for (const { inputs } of connections) {
      expect(at(inputs, "connectionFunctionConfig", "keyValueStoreAssociation", "keyValueStoreArn")).toBe(
        store,
      );
      expect(at(inputs, "connectionFunctionConfig", "runtime")).toBe("cloudfront-js-2.0");
      expect(at(inputs, "publish")).toBe(true);
    }
    for (const { inputs } of ofKind(graph(), "aws:cloudfront/function:Function"))
      expect(at(inputs, "keyValueStoreAssociations")).toEqual([store]);
  });

  it("every origin is shown a client certificate: the live one, and the rehearsal's on its one path", () => {
    const shown = (name: string): unknown =>
      listAt(named(name), "origins").map(origin => [
        at(origin, "originId"),
        at(origin, "customOriginConfig", "originMtlsConfig", "clientCertificateArn"),
      ]);
    const live = ["live", environment.EDGECERT_ORIGIN_CERTIFICATE];
    expect(shown("Content")).toEqual([live]);
    expect(shown("Api")).toEqual([live, ["rehearsal", environment.EDGECERT_REHEARSAL_CERTIFICATE]]);
    expect(shown("Renewal")).toEqual([live]);
    expect(listAt(named("Api"), "orderedCacheBehaviors")).toEqual([
      expect.objectContaining({
        pathPattern: "/v1/origin-certificate/rehearsal",
        targetOriginId: "rehearsal",
      }),
    ]);
  });

  it("the API is not cached, and hears of the viewer's certificate", () => {
    const disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    for (const name of ["Api", "Renewal"])
      for (const behaviour of behaviours(named(name))) expect(at(behaviour, "cachePolicyId")).toBe(disabled);
    for (const { inputs } of ofKind(graph(), "aws:cloudfront/originRequestPolicy:OriginRequestPolicy")) {
      const headers = listAt(inputs, "headersConfig", "headers", "items");
      expect(headers).toContain("CloudFront-Viewer-Cert-Present");
      expect(headers).toContain("CloudFront-Viewer-Cert-Serial-Number");
      expect(headers.length).toBeLessThanOrEqual(10);
    }
  });

  it("every distribution's connection log reaches the function that reads it", () => {
    expect(ofKind(graph(), "aws:cloudwatch/logDelivery:LogDelivery")).toHaveLength(3);
    const sources = ofKind(graph(), "aws:cloudwatch/logDeliverySource:LogDeliverySource");
    for (const { inputs } of sources) expect(at(inputs, "logType")).toBe("CONNECTION_LOGS");
    const [destination] = ofKind(graph(), "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination");
    const [filter] = ofKind(graph(), "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter");
    expect(
      textAt(destination?.inputs, "deliveryDestinationConfiguration", "destinationResourceArn"),
    ).toContain(textAt(filter?.inputs, "logGroup"));
    expect(textAt(filter?.inputs, "destinationArn")).toMatch(/edgecert-test-record-seen$/);
  });
}
