import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorityKeyOfDigest } from "#core/slot-page/authority-record.ts";
import { normaliseDn } from "#core/slot-page/normalised-dn.ts";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import { startFirmwareOrigin } from "#local/firmware-origin/start-firmware-origin.ts";
import { listenOnLoopback, type RunningServer } from "#local/wire/listen.ts";
import { viewerHeaders } from "#support/viewer-headers.ts";
import { requireViewer, viewerOf } from "#verifier/adapter/middleware.ts";
import { trustOrigin } from "#verifier/chain/trust.ts";
import type { Viewer } from "#verifier/verdict.ts";
import { makeAuthority, makeClient, makeServer, type TestCertificate } from "./test-authority.ts";
import {
  get,
  getHttp2,
  now,
  readText,
  replicaOf,
  type Stage,
  servers,
  startStage,
  viewerTls,
} from "./test-edge.ts";

const authority = makeAuthority("origin client authority");
const edge = makeClient(authority);
const stranger = makeClient(makeAuthority("other"));

describe("the firmware origin", () => {
  let directory: string;
  let origin: RunningServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "firmware-"));
    mkdirSync(join(directory, "files", "v1"), { recursive: true });
    writeFileSync(join(directory, "files", "v1", "image.bin"), "firmware");
    writeFileSync(join(directory, "secret"), "secret");
    symlinkSync(join(directory, "secret"), join(directory, "files", "link"));
    const { keyPem: key, pem: certificate } = makeServer(servers);
    origin = await startFirmwareOrigin({
      port: 0,
      tls: { key, certificate },
      clientCa: authority.pem,
      directory: join(directory, "files"),
    });
  });
  afterAll(async () => {
    await origin.stop();
    rmSync(directory, { recursive: true });
  });

  function fetchPath(
    path: string,
    client = edge,
    method = "GET",
    headers: Readonly<Record<string, string>> = viewerHeaders,
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const options = {
        ...viewerTls(client),
        port: origin.port,
        path,
        method,
        headers,
        agent: false,
      } as const;
      const outgoing = request(options as import("node:https").RequestOptions, answer => {
        readText(answer).then(body => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  it("serves a file below its directory to the edge", async () => {
    expect(await fetchPath("/v1/image.bin?x=1")).toEqual({ status: 200, body: "firmware" });
    expect(await fetchPath("/v1/image.bin", edge, "HEAD")).toEqual({ status: 200, body: "" });
  });

  it("closes the connection of anyone without the edge's certificate", async () => {
    await expect(fetchPath("/v1/image.bin", stranger)).rejects.toThrow();
  });

  it("serves nobody whom the edge has not identified", async () => {
    const { "x-edgecert-serial": _, ...withoutOurs } = viewerHeaders;
    const anonymous = { "cloudfront-viewer-cert-present": "0" };
    for (const headers of [
      {},
      withoutOurs,
      anonymous,
      { ...viewerHeaders, "x-edgecert-tenant": "umbrella" },
    ]) {
      expect((await fetchPath("/v1/image.bin", edge, "GET", headers)).status).toBe(403);
    }
  });

  it.each([
    "/../secret",
    "/%2e%2e/secret",
    "/v1/..%2f..%2fsecret",
    "/link",
    "/v1",
    "/none",
    "/%00",
    "/%zz",
    "/",
  ])("has nothing at %s", async path => {
    expect((await fetchPath(path)).status).toBe(404);
  });

  it("knows no method but GET and HEAD", async () => {
    expect((await fetchPath("/v1/image.bin", edge, "DELETE")).status).toBe(405);
  });
});

// The verifier where a user puts it: in front of node's own HTTPS server, behind the real edge and its built functions.
describe("an origin of a user behind the edge", () => {
  let stage: Stage;
  let user: RunningServer;
  const seen: (Viewer | undefined)[] = [];
  const refused: string[] = [];
  const devices = makeAuthority("Device CA");
  const foreign = makeAuthority("Partner CA");
  const originAuthority = makeAuthority("origin client authority");
  const originClient = makeClient(originAuthority);
  const device = makeClient(devices, { subject: ["O=acme", "OU=ec-7", "CN=device-1"] });
  const partner = makeClient(foreign, { subject: ["O=acme", "OU=ec-7", "CN=device-1"] });

  beforeAll(async () => {
    const { keyPem: key, pem: cert } = makeServer(servers);
    const admit = requireViewer({
      origin: trustOrigin(originAuthority.pem),
      now: () => now,
      allowAnonymous: true,
      onRefused: reasons => refused.push(...reasons.map(({ code }) => code)),
    });
    const server = createServer(
      { key, cert, requestCert: true, rejectUnauthorized: false, maxHeaderSize: 65_536 },
      (incoming, response) =>
        admit(incoming, response, () => {
          seen.push(viewerOf(incoming));
          response.end("served");
        }),
    );
    user = await listenOnLoopback(server, { name: "user's origin", port: 0, scheme: "https" });
    const built = await buildEdgeFunctions({
      admitWithoutCertificate: true,
      ocsp: "refuse-revoked",
      identities: "any",
    });
    stage = await startStage(
      [devices, foreign],
      {
        mode: "optional",
        connectionFunction: { name: "connection", code: built.connection },
        viewerRequestFunction: { name: "viewer-request", code: built.viewerRequest },
        origin: {
          url: user.url.replace("127.0.0.1", "localhost"),
          ca: servers.pem,
          clientCertificate: () => ({ key: originClient.keyPem, certificate: originClient.pem }),
        },
      },
      {
        replica: replicaOf({
          ...recordOf("Device CA", "m m1 0 0"),
          ...recordOf("Partner CA", "f p1 0 0"),
          "m1.0": "g",
        }),
      },
    );
  });
  afterAll(async () => {
    await stage.stop();
    await user.stop();
  });

  it("learns who the device is, in either HTTP version, from nothing that the device can write", async () => {
    const forged = {
      "CloudFront-Viewer-Cert-Subject": "CN=device-2,OU=ec-8,O=umbrella",
      cloudfront_viewer_cert_serial_number: "01",
      "X-Edgecert-Tenant": "umbrella",
      x_edgecert_serial: "01",
    };
    seen.length = 0;
    expect((await get(stage.edge, viewerTls(device), { headers: forged })).status).toBe(200);
    expect((await getHttp2(stage.edge, viewerTls(device), { ":path": "/" })).status).toBe(200);
    for (const viewer of seen) {
      expect(viewer).toMatchObject({ authority: "m1", tenant: "acme", holder: "device-1", slot: 7 });
      expect(viewer?.certificate?.raw.equals(device.der)).toBe(true);
    }
    expect(seen).toHaveLength(2);
  });

  it("learns of a partner's certificate only what the edge vouches for, and of nobody nothing", async () => {
    seen.length = 0;
    expect((await get(stage.edge, viewerTls(partner))).status).toBe(200);
    expect((await get(stage.edge, viewerTls(undefined))).status).toBe(200);
    expect(seen).toMatchObject([
      { authority: "p1", tenant: undefined, holder: undefined, slot: undefined },
      undefined,
    ]);
  });

  it("refuses whoever goes past the edge, with the same headers", async () => {
    const direct = (client: TestCertificate | undefined) =>
      get(user, viewerTls(client), { headers: viewerHeaders });
    seen.length = 0;
    refused.length = 0;
    for (const client of [undefined, device, makeServer(originAuthority)]) {
      expect((await direct(client)).status).toBe(403);
    }
    expect(refused).toEqual([
      "connection_certificate_missing",
      "connection_certificate_untrusted",
      "connection_certificate_purpose",
    ]);
    expect(seen).toEqual([]);
  });

  it("refuses header lines that came twice, which node would have joined or dropped", async () => {
    refused.length = 0;
    const lines = [
      ["Host", "localhost"],
      ...Object.entries(viewerHeaders),
      ["X-EDGECERT-SERIAL", viewerHeaders["x-edgecert-serial"]],
    ];
    expect((await get(user, viewerTls(originClient), { headers: lines.flat() })).status).toBe(403);
    expect(refused).toEqual(["header_misspelled", "header_repeated"]);
  });
});

function recordOf(commonName: string, value: string): Readonly<Record<string, string>> {
  const name = normaliseDn(`C=US,O=Edgecert Test,CN=${commonName}`);
  return { [authorityKeyOfDigest(createHash("sha256").update(name).digest("hex"))]: value };
}
