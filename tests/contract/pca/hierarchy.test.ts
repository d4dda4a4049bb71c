import { X509Certificate } from "node:crypto";
import {
  GetCertificateAuthorityCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  waitUntilCertificateAuthorityCSRCreated,
  waitUntilCertificateIssued,
} from "@aws-sdk/client-acm-pca";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PcaEvent } from "#local/pca/event.ts";
import {
  activeRoot,
  authorityCsr,
  createAuthority,
  fetchCertificate,
  issue,
  nameOf,
  type Pca,
  START,
  startPca,
  statusOf,
  stopPca,
  TEMPLATE,
  verifyWithOpenssl,
} from "./fixture.ts";

let pca: Pca;
const events: PcaEvent[] = [];

beforeEach(async () => {
  events.length = 0;
  pca = await startPca({ onEvent: event => events.push(event) });
});
afterEach(() => stopPca(pca));

async function activeSubordinate(
  root: string,
  pathLength: number,
  signing: "SHA256WITHECDSA" | "SHA256WITHRSA",
) {
  const arn = await createAuthority(pca, {
    CertificateAuthorityType: "SUBORDINATE",
    commonName: "Test Issuing",
  });
  const issued = await issue(pca, root, {
    csr: await authorityCsr(pca, arn),
    SigningAlgorithm: signing,
    TemplateArn: TEMPLATE(`SubordinateCACertificate_PathLen${pathLength}`),
    Validity: { Type: "YEARS", Value: 10 },
  });
  const { certificate, chain = "" } = await fetchCertificate(pca, root, issued);
  await pca.client.send(
    new ImportCertificateAuthorityCertificateCommand({
      CertificateAuthorityArn: arn,
      Certificate: Buffer.from(certificate),
      CertificateChain: Buffer.from(chain),
    }),
  );
  return arn;
}

describe("a hierarchy built through the SDK", () => {
  it.each([
    { name: "P-256", keyAlgorithm: "EC_prime256v1", signing: "SHA256WITHECDSA" },
    { name: "P-384", keyAlgorithm: "EC_secp384r1", signing: "SHA256WITHECDSA" },
    { name: "RSA 2048", keyAlgorithm: "RSA_2048", signing: "SHA256WITHRSA" },
  ] as const)("issues a leaf that OpenSSL verifies up to a $name root", async ({ keyAlgorithm, signing }) => {
    const root = await activeRoot(pca, { keyAlgorithm });
    const subordinate = await activeSubordinate(root, 0, signing);
    const leaf = await fetchCertificate(pca, subordinate, await issue(pca, subordinate));
    expect(verifyWithOpenssl(leaf.certificate, leaf.chain ?? "")).toContain("OK");
    const authority = await pca.client.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: subordinate }),
    );
    // The leaf's chain is the CA's own certificate and the CA's chain: up to the root, without the leaf.
    expect(leaf.chain).toBe(`${authority.Certificate}\n${authority.CertificateChain}`);
    expect(leaf.chain?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it("gives no chain for a root, and one root for a leaf beneath it", async () => {
    const root = await activeRoot(pca);
    const own = await pca.client.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: root }),
    );
    expect(own.CertificateChain).toBeUndefined();
    const leaf = await fetchCertificate(pca, root, await issue(pca, root));
    expect(leaf.chain).toBe(own.Certificate);
  });

  it("goes through CREATING, PENDING_CERTIFICATE and ACTIVE, and issues only then", async () => {
    const arn = await createAuthority(pca);
    expect(await statusOf(pca, arn)).toBe("PENDING_CERTIFICATE");
    expect(await nameOf(issue(pca, arn))).toBe("InvalidStateException");
    expect(
      await nameOf(
        pca.client.send(new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: arn })),
      ),
    ).toBe("InvalidStateException");
    expect(await statusOf(pca, await activeRoot(pca))).toBe("ACTIVE");
  });

  it("refuses a subordinate as deep as its parent's path length, and takes one level less", async () => {
    const parent = await activeSubordinate(await activeRoot(pca), 1, "SHA256WITHECDSA");
    const at = (pathLength: number): Promise<string> =>
      issue(pca, parent, {
        TemplateArn: TEMPLATE(`SubordinateCACertificate_PathLen${pathLength}`),
        Validity: { Type: "YEARS", Value: 1 },
      });
    expect(await nameOf(at(1))).toBe("ValidationException");
    expect(await at(0)).toContain("/certificate/");
  });

  it("lets only a root sign itself, and only its own request", async () => {
    const root = await activeRoot(pca);
    const subordinate = await activeSubordinate(root, 0, "SHA256WITHECDSA");
    const selfSigned = { TemplateArn: TEMPLATE("RootCACertificate") };
    expect(await nameOf(issue(pca, subordinate, selfSigned))).toBe("InvalidArgsException");
    expect(await nameOf(issue(pca, root, selfSigned))).toBe("InvalidArgsException");
  });

  it("announces creation, issuance and nothing else, as events of the service", async () => {
    const root = await activeRoot(pca);
    const certificateArn = await issue(pca, root);
    expect(events.map(event => event["detail-type"])).toEqual([
      "ACM Private CA Creation",
      "ACM Private CA Certificate Issuance",
      "ACM Private CA Certificate Issuance",
    ]);
    expect(events.at(-1)).toMatchObject({
      source: "aws.acm-pca",
      account: "111122223333",
      time: "2026-11-22T12:00:00Z",
      resources: [root, certificateArn],
      detail: { result: "success" },
    });
  });
});

describe("asynchronous issuance", () => {
  it("answers RequestInProgress until the certificate is ready, and then the SDK's waiter ends", async () => {
    const slow = await startPca({ issueDelayMs: { min: 300, max: 400 } });
    const arn = await createAuthority(slow);
    await waitUntilCertificateAuthorityCSRCreated(
      { client: slow.client, maxWaitTime: 10 },
      { CertificateAuthorityArn: arn },
    );
    const certificateArn = await issue(slow, arn, {
      csr: await authorityCsr(slow, arn),
      TemplateArn: TEMPLATE("RootCACertificate"),
    });
    expect(await nameOf(fetchCertificate(slow, arn, certificateArn))).toBe("RequestInProgressException");
    const waited = await waitUntilCertificateIssued(
      { client: slow.client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
      { CertificateAuthorityArn: arn, CertificateArn: certificateArn },
    );
    expect(waited.state).toBe("SUCCESS");
    await stopPca(slow);
  });
});

describe("a serial number", () => {
  it.each([
    { name: "with the top bit set", hex: "e8cbd2bedb122329f97706bcfec990f8" },
    { name: "with leading zeros", hex: "0000d2bedb122329f97706bcfec990f8" },
  ])("$name stays positive, and the ARN keeps all sixteen octets", async ({ hex }) => {
    const serials = [Buffer.from("11".repeat(16), "hex"), Buffer.from(hex, "hex")];
    const fixed = await startPca({ newSerial: () => serials.shift() ?? Buffer.alloc(16, 9) });
    const root = await activeRoot(fixed);
    const certificateArn = await issue(fixed, root);
    expect(certificateArn).toBe(`${root}/certificate/${hex}`);
    const { certificate } = await fetchCertificate(fixed, root, certificateArn);
    expect(BigInt(`0x${new X509Certificate(certificate).serialNumber}`)).toBe(BigInt(`0x${hex}`));
    await stopPca(fixed);
  });

  it("differs from certificate to certificate", async () => {
    const root = await activeRoot(pca);
    const arns = await Promise.all(Array.from({ length: 50 }, () => issue(pca, root)));
    expect(new Set(arns).size).toBe(50);
    expect(pca.server.ledger()).toHaveLength(51);
    expect(pca.server.ledger().at(-1)?.issuedAt).toEqual(START);
  });
});
