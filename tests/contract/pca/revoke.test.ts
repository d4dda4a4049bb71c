import {
  GetCertificateCommand,
  RevokeCertificateCommand,
  type RevokeCertificateCommandInput,
  UpdateCertificateAuthorityCommand,
} from "@aws-sdk/client-acm-pca";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PcaEvent } from "#local/pca/event.ts";
import {
  activeRoot,
  fetchCertificate,
  issue,
  nameOf,
  type Pca,
  START,
  startPca,
  stopPca,
} from "./fixture.ts";

const SERIALS = ["11".repeat(16), "00000bbedb122329f97706bcfec990f8", "e8cbd2bedb122329f97706bcfec990f8"];
let pca: Pca;
let root: string;
let certificate: string;
const events: PcaEvent[] = [];

beforeEach(async () => {
  events.length = 0;
  const serials = [...SERIALS];
  pca = await startPca({
    onEvent: event => events.push(event),
    newSerial: () => Buffer.from(serials.shift() ?? crypto.randomUUID().replaceAll("-", ""), "hex"),
  });
  root = await activeRoot(pca);
  certificate = await issue(pca, root);
});
afterEach(() => stopPca(pca));

const revoke = (
  serial: string,
  reason: RevokeCertificateCommandInput["RevocationReason"] = "KEY_COMPROMISE",
  from = pca,
) =>
  from.client.send(
    new RevokeCertificateCommand({
      CertificateAuthorityArn: root,
      CertificateSerial: serial,
      RevocationReason: reason,
    }),
  );

describe("RevokeCertificate", () => {
  it.each([
    { name: "sixteen octets", serial: "00000bbedb122329f97706bcfec990f8" },
    { name: "colons", serial: "00:00:0b:be:db:12:23:29:f9:77:06:bc:fe:c9:90:f8" },
    { name: "no leading zeros", serial: "bbedb122329f97706bcfec990f8" },
    { name: "more leading zeros, as with a DER sign octet", serial: "0000000bbedb122329f97706bcfec990f8" },
    { name: "capitals", serial: "00000BBEDB122329F97706BCFEC990F8" },
  ])("finds a serial spelled with $name", async ({ serial }) => {
    await revoke(serial);
    expect(pca.server.ledger().at(-1)).toMatchObject({
      certificateArn: certificate,
      serial: "00000bbedb122329f97706bcfec990f8",
      revokedAt: START,
      reason: "KEY_COMPROMISE",
    });
  });

  it("answers RequestAlreadyProcessed the second time, keeps the first reason and sends one event", async () => {
    await revoke(SERIALS[1] ?? "");
    expect(await nameOf(revoke(SERIALS[1] ?? "", "SUPERSEDED"))).toBe("RequestAlreadyProcessedException");
    expect(pca.server.ledger().at(-1)?.reason).toBe("KEY_COMPROMISE");
    const revocations = events.filter(
      event => event["detail-type"] === "ACM Private CA Certificate Revocation",
    );
    expect(revocations.map(event => event.resources)).toEqual([[root, certificate]]);
  });

  it("leaves the certificate to be fetched", async () => {
    await revoke(SERIALS[1] ?? "");
    expect((await fetchCertificate(pca, root, certificate)).certificate).toContain("BEGIN CERTIFICATE");
  });

  it.each([
    { name: "an unknown serial", serial: "22".repeat(16), error: "ResourceNotFoundException" },
    {
      name: "the CA's own self-signed certificate",
      serial: SERIALS[0] ?? "",
      error: "InvalidRequestException",
    },
    { name: "a serial that is not hexadecimal", serial: "xyz", error: "InvalidRequestException" },
    { name: "a serial of 129 characters", serial: "0".repeat(129), error: "ValidationException" },
  ])("refuses $name", async ({ serial, error }) => {
    expect(await nameOf(revoke(serial))).toBe(error);
  });

  it.each(["CERTIFICATE_HOLD", "REMOVE_FROM_CRL", "CA_COMPROMISE"])("knows no reason %s", async reason => {
    // Reasons of other APIs, which the SDK's type for this one does not have.
    const foreign = reason as "UNSPECIFIED";
    expect(await nameOf(revoke(SERIALS[1] ?? "", foreign))).toBe("ValidationException");
  });

  it.each([
    "UNSPECIFIED",
    "CERTIFICATE_AUTHORITY_COMPROMISE",
    "AFFILIATION_CHANGED",
    "SUPERSEDED",
    "CESSATION_OF_OPERATION",
    "PRIVILEGE_WITHDRAWN",
    "A_A_COMPROMISE",
  ] as const)("records the reason %s", async reason => {
    await revoke(SERIALS[1] ?? "", reason);
    expect(pca.server.ledger().at(-1)?.reason).toBe(reason);
  });

  it("stops at the quota of a complete CRL, and only with one", async () => {
    const capped = await startPca({ quotas: { revokedPerAuthority: 1 } });
    root = await activeRoot(capped);
    const serialOf = async (): Promise<string> => (await issue(capped, root)).slice(-32);
    await revoke(await serialOf(), "UNSPECIFIED", capped);
    await revoke(await serialOf(), "UNSPECIFIED", capped);
    const CrlConfiguration = { Enabled: true, ExpirationInDays: 7, S3BucketName: "crl-bucket" };
    await capped.client.send(
      new UpdateCertificateAuthorityCommand({
        CertificateAuthorityArn: root,
        RevocationConfiguration: { CrlConfiguration },
      }),
    );
    expect(await nameOf(revoke(await serialOf(), "UNSPECIFIED", capped))).toBe("LimitExceededException");
    await stopPca(capped);
  });
});

describe("GetCertificate", () => {
  it("refuses an unknown certificate, another CA's, and an ARN of another shape", async () => {
    const get = (CertificateArn: string, CertificateAuthorityArn = root) =>
      nameOf(pca.client.send(new GetCertificateCommand({ CertificateAuthorityArn, CertificateArn })));
    expect(await get(`${root}/certificate/${"22".repeat(16)}`)).toBe("ResourceNotFoundException");
    expect(await get(certificate, await activeRoot(pca))).toBe("InvalidArnException");
    expect(await get(`${root}/certificate/xyz`)).toBe("InvalidArnException");
    expect(await get(root)).toBe("InvalidArnException");
    expect(await get(certificate)).toBe("(no error)");
  });
});
