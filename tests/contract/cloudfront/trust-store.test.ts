// The local control plane refuses what CloudFront documents that it refuses, in its words, and its bundles come into
// force by the clock alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTrustStoreCommand,
  DeleteTrustStoreCommand,
  DescribeConnectionFunctionCommand,
  DescribeKeyValueStoreCommand,
  GetConnectionFunctionCommand,
  GetDistributionConfigCommand,
  GetTrustStoreCommand,
  ListDistributionsByTrustStoreCommand,
  ListDistributionsCommand,
  ListTrustStoresCommand,
  UpdateTrustStoreCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trustStoreControl } from "#aws/cloudfront/trust-store-control.ts";
import type { DistributionConfig } from "#local/edge/distribution-config.ts";
import { makeTestCa, rsaKeys } from "#support/test-ca.ts";
import {
  type ControlPlane,
  type Created,
  createStore,
  startControlPlane,
  statusOf,
  updateStore,
} from "./fixture.ts";

const storeArn = "arn:aws:cloudfront::111122223333:key-value-store/0f1e2d3c-0000-4000-8000-000000000000";
let directory: string;
let plane: ControlPlane;
let ca: string;
let another: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "edgecert-cloudfront-"));
  plane = await startControlPlane({
    stateDirectory: directory,
    keyValueStores: () => ({ edgecert: storeArn }),
  });
  ca = (await makeTestCa({ name: "CN=One" })).certificatePem.trimEnd();
  another = (await makeTestCa({ name: "CN=Two" })).certificatePem.trimEnd();
});
afterAll(async () => {
  await plane.stop();
  rmSync(directory, { recursive: true, force: true });
});

const named = (name: string) => expect.objectContaining({ name });

async function settled(name: string, text: string) {
  const created = await createStore(plane, name, text);
  plane.clock.forward(60_000);
  return statusOf(plane, created.id);
}

describe("a bundle", () => {
  it("is pending until its time has come, then active, and in force only then", async () => {
    const { id, etag } = await createStore(plane, "clock", `${ca}\n`);
    expect(await statusOf(plane, id)).toMatchObject({
      Status: "pending",
      ETag: etag,
      NumberOfCaCertificates: 1,
    });
    expect(plane.server.activeBundle(id)).toBeUndefined();
    plane.clock.forward(59_999);
    expect(await statusOf(plane, id)).toMatchObject({ Status: "pending" });
    plane.clock.forward(1);
    expect(await statusOf(plane, id)).toMatchObject({
      Status: "active",
      ETag: etag,
      Arn: `arn:aws:cloudfront::111122223333:trust-store/${id}`,
      UseClientCertificateOCSPEndpoint: false,
    });
    expect(plane.server.activeBundle(id)?.pem).toBe(`${ca}\n`);
  });

  it.each([
    ["two certificates, one after the other", () => `${ca}\n${another}\n`, 2],
    ["a comment and a certificate", () => `# issuing CA of 2026\n${ca}\n`, 1],
    ["a last line without an end", () => ca, 1],
    ["25 certificates", () => `${Array.from({ length: 25 }, () => ca).join("\n")}\n`, 25],
  ])("may be %s", async (name, text, count) => {
    const store = await settled(name.replace(/\W+/g, "_"), text());
    expect(store).toMatchObject({ Status: "active", NumberOfCaCertificates: count });
  });

  it.each([
    ["a blank line between certificates", () => `${ca}\n\n${another}\n`, /blank/],
    ["a comment with a hyphen", () => `# issuing-CA\n${ca}\n`, /hyphen/],
    ["text that is no comment", () => `issuing CA\n${ca}\n`, /neither/],
    ["half a certificate", () => ca.slice(0, -30), /not part|not complete/],
    ["no certificate", () => "# nothing\n", /no certificate/],
    ["26 certificates", () => `${Array.from({ length: 26 }, () => ca).join("\n")}\n`, /more than 25/],
    ["more than 64 KB", () => `# ${"x".repeat(65_536)}\n${ca}\n`, /larger/],
  ])("with %s fails, and says why", async (name, text, reason) => {
    const store = await settled(name.replace(/\W+/g, "_"), text());
    expect(store).toMatchObject({ Status: "failed", Reason: expect.stringMatching(reason) });
    expect(plane.server.activeBundle(store.Id ?? "")).toBeUndefined();
  });

  it("may hold RSA CAs, and nothing that is no CA", async () => {
    const rsa = await makeTestCa({ name: "CN=RSA", keys: await rsaKeys() });
    expect(await settled("rsa", rsa.certificatePem)).toMatchObject({ Status: "active" });
    const leaf = await makeTestCa({ name: "CN=Leaf", isCa: false });
    const store = await settled("leaf", leaf.certificatePem);
    expect(store).toMatchObject({
      Status: "failed",
      Reason: "Certificate 1 is not an X.509v3 CA certificate.",
    });
  });

  it("that fails leaves the one before in force", async () => {
    const created = await createStore(plane, "keeps", `${ca}\n`);
    plane.clock.forward(60_000);
    await updateStore(plane, created, "nothing\n");
    plane.clock.forward(60_000);
    expect(await statusOf(plane, created.id)).toMatchObject({ Status: "failed" });
    expect(plane.server.activeBundle(created.id)?.pem).toBe(`${ca}\n`);
  });

  it("is read once: what happens to its object later changes nothing", async () => {
    const created = await createStore(plane, "once", `${ca}\n`);
    await plane.bundle("once", `${another}\n`);
    plane.clock.forward(60_000);
    expect((await statusOf(plane, created.id)).Status).toBe("active");
    expect(plane.server.activeBundle(created.id)?.pem).toBe(`${ca}\n`);
  });
});

describe("an update", () => {
  let created: Created;
  beforeAll(async () => {
    created = await createStore(plane, "updated", `${ca}\n`);
    plane.clock.forward(60_000);
  });

  it("under an old ETag is refused, and changes nothing", async () => {
    const next = await updateStore(plane, created, `${ca}\n${another}\n`);
    await expect(updateStore(plane, created, `${ca}\n`)).rejects.toEqual(named("PreconditionFailed"));
    plane.clock.forward(60_000);
    expect(await statusOf(plane, created.id)).toMatchObject({ NumberOfCaCertificates: 2, ETag: next.etag });
    created = next;
  });

  it("without an ETag, or with something else, is refused", async () => {
    for (const IfMatch of ["*", "abc"]) {
      const update = new UpdateTrustStoreCommand({
        Id: created.id,
        IfMatch,
        UseClientCertificateOCSPEndpoint: true,
      });
      await expect(plane.client.send(update)).rejects.toEqual(named("InvalidIfMatchVersion"));
    }
  });

  it("of the OCSP flag alone keeps the bundle", async () => {
    const { ETag } = await plane.client.send(
      new UpdateTrustStoreCommand({
        Id: created.id,
        IfMatch: created.etag,
        UseClientCertificateOCSPEndpoint: true,
      }),
    );
    plane.clock.forward(60_000);
    expect(await statusOf(plane, created.id)).toMatchObject({
      UseClientCertificateOCSPEndpoint: true,
      NumberOfCaCertificates: 2,
      ETag,
    });
  });

  it("that changes nothing, or names an object that is not there, is refused", async () => {
    const { ETag } = await statusOf(plane, created.id);
    const nothing = new UpdateTrustStoreCommand({ Id: created.id, IfMatch: ETag });
    await expect(plane.client.send(nothing)).rejects.toEqual(named("InvalidArgument"));
    const absent = new UpdateTrustStoreCommand({
      Id: created.id,
      IfMatch: ETag,
      CaCertificatesBundleSource: {
        CaCertificatesBundleS3Location: { Bucket: "bundles", Key: "absent", Region: "us-east-1" },
      },
    });
    await expect(plane.client.send(absent)).rejects.toEqual(named("InvalidArgument"));
  });

  it("through our adapter answers the new ETag, or that it came too late", async () => {
    const control = trustStoreControl(plane.client, created.id, { name: "bundles", region: "us-east-1" });
    await plane.bundle("ours", `${another}\n`);
    const { etag } = await control.read();
    const answer = await control.update(etag, { key: "ours" }, false);
    expect(answer).toEqual({ kind: "accepted", etag: expect.stringMatching(/^E/) });
    expect(await control.update(etag, { key: "ours" }, false)).toEqual({ kind: "stale" });
    plane.clock.forward(60_000);
    expect(await control.read()).toMatchObject({ status: "active", certificates: 1 });
    expect(await control.listDistributions()).toEqual([]);
  });
});

describe("the account", () => {
  it("takes no second store of a name, no Region that is none, and no stranger", async () => {
    await expect(createStore(plane, "clock", ca)).rejects.toEqual(named("EntityAlreadyExists"));
    const location = { Bucket: "bundles", Key: "clock", Region: "nowhere" };
    const create = new CreateTrustStoreCommand({
      Name: "other",
      CaCertificatesBundleSource: { CaCertificatesBundleS3Location: location },
    });
    await expect(plane.client.send(create)).rejects.toEqual(named("InvalidArgument"));
    const absent = new GetTrustStoreCommand({ Identifier: "ts_absent" });
    await expect(plane.client.send(absent)).rejects.toEqual(named("EntityNotFound"));
    const unsigned = await fetch(`${plane.server.url}/2020-05-31/trust-store/ts_absent`);
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining("<Code>MissingAuthenticationToken</Code>"),
    ]);
  });

  it("lists its stores page by page, and has 20 at most", async () => {
    const names = new Set<string>();
    let Marker: string | undefined;
    do {
      const { NextMarker, TrustStoreList = [] } = await plane.client.send(
        new ListTrustStoresCommand({ MaxItems: 3, ...(Marker === undefined ? {} : { Marker }) }),
      );
      expect(TrustStoreList.length).toBeLessThanOrEqual(3);
      for (const { Name = "" } of TrustStoreList) names.add(Name);
      Marker = NextMarker;
    } while (Marker !== undefined);
    expect(names).toContain("updated");
    for (let count = names.size; count < 20; count += 1) await createStore(plane, `more${count}`, ca);
    await expect(createStore(plane, "one-too-many", ca)).rejects.toEqual(named("EntityLimitExceeded"));
  });

  it("keeps its stores when the server is stopped, what is pending too", async () => {
    const before = (await plane.client.send(new ListTrustStoresCommand({}))).TrustStoreList;
    expect(before?.some(({ Status }) => Status === "pending")).toBe(true);
    plane = await plane.restart();
    expect((await plane.client.send(new ListTrustStoresCommand({}))).TrustStoreList).toEqual(before);
  });
});

describe("a store that a distribution uses", () => {
  const distribution: DistributionConfig = {
    id: "ECONTENT000000",
    domainName: "content.localhost",
    mode: "required",
    ignoreCertificateExpiry: false,
    advertiseTrustStoreCaNames: true,
    minimumProtocolVersion: "TLSv1.2_2021",
    connectionFunction: { name: "edgecert-content-connection", code: "// code" },
    origin: { url: "https://127.0.0.1:8446" },
  };
  let used: string;
  let functionId: string;

  beforeAll(async () => {
    const { TrustStoreList = [] } = await plane.client.send(new ListTrustStoresCommand({}));
    used = TrustStoreList.find(({ Name }) => Name === "clock")?.Id ?? "";
    functionId = plane.server.publish({ name: "edgecert-content-connection", code: "// code", storeArn });
    const originCertificateArns = ["arn:aws:acm:us-east-1:111122223333:certificate/1"];
    plane.server.deploy({
      config: distribution,
      trustStoreId: used,
      connectionFunctionId: functionId,
      originCertificateArns,
    });
    const passthrough = { ...distribution, id: "EPASS000000000", mode: "passthrough" } as const;
    plane.server.deploy({
      config: passthrough,
      trustStoreId: used,
      connectionFunctionId: functionId,
      originCertificateArns,
    });
  });

  it("is listed with it, and cannot be deleted until it is let go", async () => {
    const { DistributionList } = await plane.client.send(
      new ListDistributionsByTrustStoreCommand({ TrustStoreIdentifier: used }),
    );
    expect(DistributionList?.Items?.map(({ Id }) => Id)).toEqual([distribution.id]);
    const { ETag } = await statusOf(plane, used);
    const remove = new DeleteTrustStoreCommand({ Id: used, IfMatch: ETag });
    await expect(plane.client.send(remove)).rejects.toEqual(named("CannotDeleteEntityWhileInUse"));
    const { TrustStoreList = [] } = await plane.client.send(new ListTrustStoresCommand({}));
    const free = TrustStoreList.find(({ Name }) => Name === "once");
    await plane.client.send(new DeleteTrustStoreCommand({ Id: free?.Id, IfMatch: free?.ETag }));
    await expect(statusOf(plane, free?.Id ?? "")).rejects.toEqual(named("EntityNotFound"));
  });

  it("shows how the distribution authenticates viewers, and itself to the origin", async () => {
    const { DistributionConfig: config } = await plane.client.send(
      new GetDistributionConfigCommand({ Id: distribution.id }),
    );
    expect(config).toMatchObject({
      HttpVersion: "http2",
      ViewerMtlsConfig: {
        Mode: "required",
        TrustStoreConfig: {
          TrustStoreId: used,
          AdvertiseTrustStoreCaNames: true,
          IgnoreCertificateExpiry: false,
        },
      },
      ConnectionFunctionAssociation: { Id: functionId },
      ViewerCertificate: { MinimumProtocolVersion: "TLSv1.2_2021" },
      Origins: {
        Quantity: 1,
        Items: [
          {
            CustomOriginConfig: {
              OriginProtocolPolicy: "https-only",
              OriginMtlsConfig: { ClientCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1" },
            },
          },
        ],
      },
    });
    const { DistributionList } = await plane.client.send(new ListDistributionsCommand({}));
    expect(DistributionList?.Items?.map(({ ViewerMtlsConfig }) => ViewerMtlsConfig?.Mode)).toEqual([
      "required",
      "passthrough",
    ]);
    const absent = new GetDistributionConfigCommand({ Id: "EABSENT" });
    await expect(plane.client.send(absent)).rejects.toEqual(named("NoSuchDistribution"));
  });

  it("has its function and its key value store described, the function with its code", async () => {
    const which = { Identifier: functionId, Stage: "LIVE" } as const;
    const described = await plane.client.send(new DescribeConnectionFunctionCommand(which));
    expect(described.ConnectionFunctionSummary).toMatchObject({
      Name: "edgecert-content-connection",
      ConnectionFunctionConfig: {
        Runtime: "cloudfront-js-2.0",
        KeyValueStoreAssociations: { Items: [{ KeyValueStoreARN: storeArn }] },
      },
    });
    const { ConnectionFunctionCode } = await plane.client.send(new GetConnectionFunctionCommand(which));
    expect(new TextDecoder().decode(ConnectionFunctionCode)).toBe("// code");
    const { KeyValueStore } = await plane.client.send(new DescribeKeyValueStoreCommand({ Name: "edgecert" }));
    expect(KeyValueStore).toMatchObject({ ARN: storeArn, Status: "READY" });
  });
});
