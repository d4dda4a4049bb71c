import {
  CreateCertificateAuthorityCommand,
  DeleteCertificateAuthorityCommand,
  DescribeCertificateAuthorityCommand,
  ListCertificateAuthoritiesCommand,
  ListPermissionsCommand,
  ListTagsCommand,
  paginateListCertificateAuthorities,
  RestoreCertificateAuthorityCommand,
  type Tag,
  TagCertificateAuthorityCommand,
  UntagCertificateAuthorityCommand,
  UpdateCertificateAuthorityCommand,
} from "@aws-sdk/client-acm-pca";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  activeRoot,
  authorityCsr,
  createAuthority,
  issue,
  nameOf,
  openssl,
  type Pca,
  START,
  startPca,
  statusOf,
  stopPca,
} from "./fixture.ts";

const DAY_MS = 86_400_000;
let pca: Pca;
beforeEach(async () => {
  pca = await startPca();
});
afterEach(() => stopPca(pca));

const update = (arn: string, Status: "ACTIVE" | "DISABLED" | "DELETED") =>
  pca.client.send(new UpdateCertificateAuthorityCommand({ CertificateAuthorityArn: arn, Status }));
const remove = (arn: string, days?: number) =>
  pca.client.send(
    new DeleteCertificateAuthorityCommand({
      CertificateAuthorityArn: arn,
      ...(days === undefined ? {} : { PermanentDeletionTimeInDays: days }),
    }),
  );
const restore = (arn: string) =>
  pca.client.send(new RestoreCertificateAuthorityCommand({ CertificateAuthorityArn: arn }));

describe("CreateCertificateAuthority", () => {
  it("makes a request that OpenSSL verifies, with the subject in AWS's order", async () => {
    const arn = await createAuthority(pca, {
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: "EC_prime256v1",
        SigningAlgorithm: "SHA256WITHECDSA",
        Subject: {
          CommonName: "www.example.com",
          Locality: "Seattle",
          State: "WA",
          OrganizationalUnit: "Sales",
          Organization: "Example Corp",
          Country: "US",
        },
        CsrExtensions: { KeyUsage: { KeyCertSign: true, CRLSign: true } },
      },
    });
    const printed = openssl(["req", "-noout", "-text", "-verify"], await authorityCsr(pca, arn));
    expect(printed).toMatch(
      /Subject: C ?= ?US, O ?= ?Example Corp, OU ?= ?Sales, ST ?= ?WA, CN ?= ?www.example.com, L ?= ?Seattle/,
    );
    expect(printed).toContain("Certificate Sign, CRL Sign");
  });

  it("makes one CA for one token within five minutes, and another one after", async () => {
    const first = await createAuthority(pca, { IdempotencyToken: "one" });
    pca.clock.advance(299_000);
    expect(await createAuthority(pca, { IdempotencyToken: "one" })).toBe(first);
    pca.clock.advance(2_000);
    expect(await createAuthority(pca, { IdempotencyToken: "one" })).not.toBe(first);
  });

  it.each([
    {
      name: "an algorithm of another family",
      key: "RSA_2048",
      signing: "SHA256WITHECDSA",
      error: "InvalidArgsException",
    },
    {
      name: "a key that this server cannot make",
      key: "SM2",
      signing: "SM3WITHSM2",
      error: "InvalidArgsException",
    },
    {
      name: "a key algorithm that does not exist",
      key: "RSA_1024",
      signing: "SHA256WITHRSA",
      error: "ValidationException",
    },
  ])("refuses $name", async ({ key, signing, error }) => {
    const create = new CreateCertificateAuthorityCommand({
      CertificateAuthorityType: "ROOT",
      CertificateAuthorityConfiguration: {
        // Values that the SDK's types of this version do not all have.
        KeyAlgorithm: key as "RSA_2048",
        SigningAlgorithm: signing as "SHA256WITHRSA",
        Subject: { CommonName: "x" },
      },
    });
    expect(await nameOf(pca.client.send(create))).toBe(error);
  });
});

describe("the life of a CA", () => {
  it("is described in full", async () => {
    const arn = await activeRoot(pca);
    const { CertificateAuthority: authority } = await pca.client.send(
      new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }),
    );
    expect(authority).toMatchObject({
      Arn: arn,
      OwnerAccount: "111122223333",
      Type: "ROOT",
      Status: "ACTIVE",
      UsageMode: "GENERAL_PURPOSE",
      CreatedAt: START,
      NotBefore: new Date("2026-11-22T11:00:00Z"),
      NotAfter: new Date("2046-11-22T12:00:00Z"),
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: "EC_prime256v1",
        SigningAlgorithm: "SHA256WITHECDSA",
      },
    });
    expect(authority?.Serial).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  });

  it("expires with its certificate", async () => {
    const arn = await activeRoot(pca);
    pca.clock.advance(Date.UTC(2046, 10, 22, 12) - START.getTime());
    expect(await statusOf(pca, arn)).toBe("ACTIVE");
    pca.clock.advance(1);
    expect(await statusOf(pca, arn)).toBe("EXPIRED");
  });

  it("ends only after it was disabled, can be restored in time, and comes back as it was", async () => {
    const arn = await activeRoot(pca);
    expect(await nameOf(remove(arn))).toBe("InvalidStateException");
    await update(arn, "DISABLED");
    expect(await nameOf(restore(arn))).toBe("InvalidStateException");
    await remove(arn, 7);
    expect(await statusOf(pca, arn)).toBe("DELETED");
    expect(await nameOf(update(arn, "ACTIVE"))).toBe("InvalidStateException");
    pca.clock.advance(7 * DAY_MS - 1);
    await restore(arn);
    expect(await statusOf(pca, arn)).toBe("DISABLED");
    await update(arn, "ACTIVE");
    expect(await issue(pca, arn)).toContain("/certificate/");
  });

  it("cannot be restored once its period is over", async () => {
    const arn = await createAuthority(pca);
    await remove(arn);
    pca.clock.advance(30 * DAY_MS - 1);
    expect(await statusOf(pca, arn)).toBe("DELETED");
    pca.clock.advance(1);
    expect(await nameOf(restore(arn))).toBe("ResourceNotFoundException");
  });

  it("takes a restoration period of 7 to 30 days", async () => {
    const arn = await createAuthority(pca);
    expect(await nameOf(remove(arn, 6))).toBe("ValidationException");
    expect(await nameOf(remove(arn, 31))).toBe("ValidationException");
    expect(await nameOf(remove(arn, 30))).toBe("(no error)");
  });

  it("is changed to ACTIVE or DISABLED only, and not before it has a certificate", async () => {
    expect(await nameOf(update(await createAuthority(pca), "DISABLED"))).toBe("InvalidStateException");
    expect(await nameOf(update(await activeRoot(pca), "DELETED"))).toBe("InvalidArgsException");
  });
});

describe("ListCertificateAuthorities", () => {
  it("pages through all of them in order, and refuses a token of its own invention", async () => {
    const arns = [await createAuthority(pca), await createAuthority(pca), await createAuthority(pca)];
    const seen: string[] = [];
    for await (const page of paginateListCertificateAuthorities({ client: pca.client, pageSize: 2 }, {})) {
      seen.push(...(page.CertificateAuthorities ?? []).map(item => item.Arn ?? ""));
    }
    expect(seen.sort()).toEqual(arns.sort());
    const forged = new ListCertificateAuthoritiesCommand({ NextToken: "forged" });
    expect(await nameOf(pca.client.send(forged))).toBe("InvalidNextTokenException");
    expect(await nameOf(pca.client.send(new ListCertificateAuthoritiesCommand({ MaxResults: 1001 })))).toBe(
      "ValidationException",
    );
    const others = await pca.client.send(
      new ListCertificateAuthoritiesCommand({ ResourceOwner: "OTHER_ACCOUNTS" }),
    );
    expect(others.CertificateAuthorities).toEqual([]);
  });
});

describe("tags", () => {
  const tag = (arn: string, Tags: Tag[]) =>
    pca.client.send(new TagCertificateAuthorityCommand({ CertificateAuthorityArn: arn, Tags }));
  const tagsOf = async (arn: string) =>
    (await pca.client.send(new ListTagsCommand({ CertificateAuthorityArn: arn }))).Tags;

  it("are set, replaced by key, and removed by key and value", async () => {
    const arn = await createAuthority(pca, { Tags: [{ Key: "stage", Value: "test" }] });
    await tag(arn, [
      { Key: "stage", Value: "live" },
      { Key: "team", Value: "pki" },
    ]);
    const untag = (Tags: Tag[]) =>
      pca.client.send(new UntagCertificateAuthorityCommand({ CertificateAuthorityArn: arn, Tags }));
    await untag([{ Key: "stage", Value: "test" }]);
    expect(await tagsOf(arn)).toEqual([
      { Key: "stage", Value: "live" },
      { Key: "team", Value: "pki" },
    ]);
    await untag([{ Key: "stage" }]);
    expect(await tagsOf(arn)).toEqual([{ Key: "team", Value: "pki" }]);
  });

  it("are fifty at most, and none begins with aws:", async () => {
    const arn = await createAuthority(pca, { Tags: [{ Key: "first" }] });
    const many = (count: number): Tag[] =>
      Array.from({ length: count }, (_, index) => ({ Key: `key-${index}` }));
    expect(await nameOf(tag(arn, many(50)))).toBe("TooManyTagsException");
    expect(await nameOf(tag(arn, many(49)))).toBe("(no error)");
    expect(await nameOf(tag(arn, [{ Key: "aws:x" }]))).toBe("InvalidTagException");
  });
});

describe("an operation that is not here", () => {
  it("is answered as the service answers unknown ones", async () => {
    const arn = await createAuthority(pca);
    expect(await nameOf(pca.client.send(new ListPermissionsCommand({ CertificateAuthorityArn: arn })))).toBe(
      "UnknownOperationException",
    );
  });
});
