// What each setting of a distribution lets in, by real handshakes with the functions that are deployed: viewer modes, the
// expiry grace, and OCSP with each policy of ours.
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { authorityKeyOfDigest } from "#core/slot-page/authority-record.ts";
import { normaliseDn } from "#core/slot-page/normalised-dn.ts";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import type { EdgeConfiguration } from "#edge/function/configuration.ts";
import type { OcspStatus } from "#local/edge/connection/ocsp.ts";
import type { DistributionConfig } from "#local/edge/distribution-config.ts";
import type { EdgeOptions } from "#local/edge/start-edge.ts";
import { trustViewers } from "#verifier/chain/trust.ts";
import { readViewer } from "#verifier/viewer/read-viewer.ts";
import { makeAuthority, makeClient, ocspExtension, type TestCertificate } from "./test-authority.ts";
import { get, now, replicaOf, type Stage, seen, startStage, tryConnect, viewerTls } from "./test-edge.ts";

const root = makeAuthority("Device CA");
const sameName = makeAuthority("Device CA");
const device = (slot: string, shape: Parameters<typeof makeClient>[1] = {}, issuer = root): TestCertificate =>
  makeClient(issuer, { subject: ["O=acme", `OU=ec-${slot}`, "CN=device-1"], ...shape });
const good = device("7");
const revoked = device("8");
const expired = device("7", { notAfter: new Date(now.getTime() - 1000) });
const stranger = device("7", {}, makeAuthority("Other CA"));
const impostor = device("7", {}, sameName);

const nameDigest = createHash("sha256")
  .update(normaliseDn("C=US,O=Edgecert Test,CN=Device CA"))
  .digest("hex");
// Page 0: slots 0 to 7 good, slot 8 revoked, the rest good: a bitmap of 512 octets.
const bitmap = Buffer.alloc(512);
bitmap[1] = 0x80;
const replica = replicaOf({
  [authorityKeyOfDigest(nameDigest)]: "m m1 0 0",
  "m1.0": `b${bitmap.toString("base64").replaceAll("=", "")}`,
});

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.stop();
});

async function start(
  distribution: Partial<DistributionConfig>,
  configuration: Partial<EdgeConfiguration> = {},
  options: Partial<EdgeOptions> = {},
): Promise<Stage> {
  const built = await buildEdgeFunctions({
    admitWithoutCertificate: distribution.mode === "optional",
    ocsp: "refuse-revoked",
    identities: "any",
    ...configuration,
  });
  const functions = {
    connectionFunction: { name: "connection", code: built.connection },
    viewerRequestFunction: { name: "viewer-request", code: built.viewerRequest },
  };
  const stage = await startStage([root], { ...functions, ...distribution }, { replica, ...options });
  stages.push(stage);
  return stage;
}

/** How the connection log ends each client's connection; then whether HTTP was answered with 200. */
async function outcomeOf(stage: Stage, client: TestCertificate | undefined): Promise<string> {
  const { status, received } = await tryConnect(stage.edge, viewerTls(client));
  return status === "Success" ? (/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? "closed") : status;
}

type Outcomes = Readonly<Record<"none" | "good" | "revoked" | "expired" | "stranger" | "impostor", string>>;
const clients = { none: undefined, good, revoked, expired, stranger, impostor } as const;

async function outcomes(stage: Stage): Promise<Outcomes> {
  const found: Record<string, string> = {};
  for (const [name, client] of Object.entries(clients)) found[name] = await outcomeOf(stage, client);
  return found as Outcomes; // The loop has gone over all of its keys.
}

const denied = "Failed:ConnectionFunctionDenied";
const untrusted = { stranger: "Failed:ClientCertUntrusted", impostor: "Failed:ClientCertUntrusted" };
const usual = { good: "200", revoked: denied, expired: "Failed:ClientCertExpired", ...untrusted };

describe("a viewer mode", () => {
  it("required lets good certificates in and nobody else", async () => {
    expect(await outcomes(await start({ mode: "required" }))).toEqual({
      ...usual,
      none: "Failed:ClientCertMissing",
    });
  });

  it("optional also lets in whoever shows none, and nobody by a bad one", async () => {
    expect(await outcomes(await start({ mode: "optional" }))).toEqual({ ...usual, none: "200" });
  });

  it("optional lets nobody in without one where the functions are told so", async () => {
    const stage = await start({ mode: "optional" }, { admitWithoutCertificate: false });
    expect(await outcomes(stage)).toEqual({ ...usual, none: denied });
  });

  it("passthrough checks no chain: the functions refuse what they know of, and the origin has to do the rest", async () => {
    const stage = await start({ mode: "passthrough" });
    expect(await outcomes(stage)).toEqual({
      none: denied,
      good: "200",
      revoked: denied,
      expired: denied,
      stranger: denied,
      // Of a CA with our CA's name: to the function it is ours.
      impostor: "200",
    });
  });

  it("passthrough is safe behind the verifier, which checks what CloudFront has not", async () => {
    const stage = await start({ mode: "passthrough" });
    const judge = async (client: TestCertificate, passthrough = true) => {
      const { rawHeaders } = await seen(get(stage.edge, viewerTls(client)));
      const pairs = rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
      );
      const trust = passthrough ? trustViewers(root.pem) : undefined;
      return readViewer(pairs, { edgeHeaders: "required", passthrough: trust, now });
    };
    expect(await judge(good)).toMatchObject({
      kind: "identified",
      viewer: { tenant: "acme", holder: "device-1", slot: 7 },
    });
    expect(await judge(impostor)).toEqual({
      kind: "refused",
      reasons: [{ code: "viewer_certificate_untrusted", header: "client-cert" }],
    });
    // An origin that was not told is not deceived either.
    expect(await judge(good, false)).toMatchObject({
      kind: "refused",
      reasons: [{ code: "header_unexpected", header: "client-cert" }],
    });
  });
});

describe("IgnoreCertificateExpiry", () => {
  it("lets expired certificates in to renew, and to do nothing else", async () => {
    const stage = await start({ ignoreCertificateExpiry: true }, { admitExpired: "to-renew" });
    const ask = (client: TestCertificate, path: string, method: string) =>
      get(stage.edge, viewerTls(client), { path, method }).then(({ status }) => status);
    expect(await ask(expired, "/v1/certificates/m1-01/renew", "POST")).toBe(200);
    expect(await ask(expired, "/v1/certificates/m1-01", "GET")).toBe(403);
    expect(await ask(expired, "/firmware", "GET")).toBe(403);
    for (const client of [revoked, stranger, impostor])
      await expect(ask(client, "/", "GET")).rejects.toThrow();
  });

  it("set by mistake elsewhere lets no expired certificate in: the functions look for themselves", async () => {
    const stage = await start({ ignoreCertificateExpiry: true });
    expect(await outcomes(stage)).toEqual({ ...usual, none: "Failed:ClientCertMissing", expired: denied });
  });
});

describe("OCSP", () => {
  const url = "http://ocsp.example";
  const intermediate = makeAuthority("Below", { issuer: root, extraExtensions: [ocspExtension(url)] });
  const named = device("7", { extraExtensions: [ocspExtension(url)] });
  const statuses: readonly OcspStatus[] = ["Good", "Revoked", "Unknown", "Error"];
  const under = async (ocsp: EdgeConfiguration["ocsp"]) => {
    let answer: OcspStatus = "Good";
    const stage = await start(
      {},
      { ocsp },
      {
        trustStore: { pem: root.pem, ocsp: true },
        ocspResponder: question => (question.url === url ? answer : "Error"),
      },
    );
    const found: string[] = [];
    for (const status of statuses) {
      answer = status;
      found.push(await outcomeOf(stage, named));
    }
    return found;
  };

  it.each<readonly [string, EdgeConfiguration["ocsp"], readonly string[]]>([
    ["refuse-revoked fails open", "refuse-revoked", ["200", denied, "200", "200"]],
    ["require-good fails closed", "require-good", ["200", denied, denied, denied]],
    [
      "unknown certificates alone can be refused",
      { off: "admit", unknown: "refuse", error: "admit" },
      ["200", denied, denied, "200"],
    ],
    [
      "silent responders alone can be",
      { off: "admit", unknown: "admit", error: "refuse" },
      ["200", denied, "200", denied],
    ],
  ])("%s", async (_, policy, expected) => {
    expect(await under(policy)).toEqual(expected);
  });

  it("without a connection function goes by CloudFront's own word, which fails closed", async () => {
    let answer: OcspStatus = "Good";
    const stage = await startStage(
      [root],
      {},
      {
        trustStore: { pem: root.pem, ocsp: true },
        ocspResponder: () => answer,
      },
    );
    stages.push(stage);
    const found: string[] = [];
    for (const status of statuses) {
      answer = status;
      found.push(await outcomeOf(stage, named));
    }
    const undetermined = "Failed:ClientCertOcspProcessingError";
    expect(found).toEqual(["200", "Failed:ClientCertOcspDenied", undetermined, undetermined]);
  });

  it("locks out whoever's chain names no responder, before any function is asked (threat G8)", async () => {
    const stage = await start(
      {},
      {},
      { trustStore: { pem: root.pem, ocsp: true }, ocspResponder: () => "Good" },
    );
    expect(await outcomeOf(stage, good)).toBe("Failed:ClientCertOcspProcessingError");
    const below = device("7", {}, intermediate);
    const { status } = await tryConnect(stage.edge, viewerTls(below, [intermediate]));
    expect(status).toBe("Failed:ClientCertOcspProcessingError");
    // Turned off again, the same client is back.
    stage.edge.updateTrustStore(root.pem);
    expect(await outcomeOf(stage, good)).toBe("200");
  });

  it("off where the functions require it lets nobody in", async () => {
    const stage = await start({}, { ocsp: "require-good" });
    expect(await outcomeOf(stage, named)).toBe(denied);
  });
});
