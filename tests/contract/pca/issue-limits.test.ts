import { X509Certificate } from "node:crypto";
import { IssueCertificateCommand, UpdateCertificateAuthorityCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  activeRoot,
  createAuthority,
  DEVICE_CSR,
  failure,
  fetchCertificate,
  issue,
  makeCsr,
  nameOf,
  type Pca,
  START,
  startPca,
  stopPca,
} from "./fixture.ts";

const MINUTE_MS = 60_000;
const startSeconds = START.getTime() / 1000;

describe("an idempotency token", () => {
  let pca: Pca;
  let root: string;
  beforeEach(async () => {
    pca = await startPca();
    root = await activeRoot(pca);
  });
  afterEach(() => stopPca(pca));

  it("stands for one certificate at 4:59 and for a second one at 5:01", async () => {
    const first = await issue(pca, root, { IdempotencyToken: "attempt-1" });
    pca.clock.advance(5 * MINUTE_MS - 1000);
    expect(await issue(pca, root, { IdempotencyToken: "attempt-1" })).toBe(first);
    pca.clock.advance(2000);
    const second = await issue(pca, root, { IdempotencyToken: "attempt-1" });
    expect(second).not.toBe(first);
    expect(pca.server.ledger().filter(entry => entry.idempotencyToken === "attempt-1")).toHaveLength(2);
  });

  it("counts its window from the issuance, not from the latest call", async () => {
    const first = await issue(pca, root, { IdempotencyToken: "attempt-1" });
    pca.clock.advance(4 * MINUTE_MS);
    await issue(pca, root, { IdempotencyToken: "attempt-1" });
    pca.clock.advance(2 * MINUTE_MS);
    expect(await issue(pca, root, { IdempotencyToken: "attempt-1" })).not.toBe(first);
  });

  it("answers the first certificate even when the parameters differ", async () => {
    const first = await issue(pca, root, { IdempotencyToken: "attempt-1" });
    const other = {
      IdempotencyToken: "attempt-1",
      csr: makeCsr("/CN=other"),
      Validity: { Type: "DAYS", Value: 3 },
    } as const;
    expect(await issue(pca, root, other)).toBe(first);
  });

  it("issues once when calls race, and separately for each CA and for no token", async () => {
    const raced = await Promise.all(
      Array.from({ length: 20 }, () => issue(pca, root, { IdempotencyToken: "race" })),
    );
    expect(new Set(raced).size).toBe(1);
    const elsewhere = await activeRoot(pca);
    expect(raced).not.toContain(await issue(pca, elsewhere, { IdempotencyToken: "race" }));
    expect(await issue(pca, root)).not.toBe(await issue(pca, root));
  });

  it("may have 36 characters and not 37", async () => {
    expect(await issue(pca, root, { IdempotencyToken: "t".repeat(36) })).toContain("/certificate/");
    expect(await failure(issue(pca, root, { IdempotencyToken: "t".repeat(37) }))).toEqual({
      name: "ValidationException",
      message: `1 validation error detected: Value '${"t".repeat(37)}' at 'idempotencyToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
    });
    expect(await nameOf(issue(pca, root, { IdempotencyToken: "" }))).toBe("ValidationException");
  });
});

describe("validity", () => {
  let pca: Pca;
  let root: string;
  beforeAll(async () => {
    pca = await startPca();
    root = await activeRoot(pca);
  });
  afterAll(() => stopPca(pca));

  type Case = {
    readonly name: string;
    readonly type: "DAYS" | "MONTHS" | "YEARS" | "ABSOLUTE" | "END_DATE";
    readonly value: number;
    readonly end: string;
  };
  it.each<Case>([
    { name: "one day", type: "DAYS", value: 1, end: "2026-11-23T12:00:00.000Z" },
    { name: "three months", type: "MONTHS", value: 3, end: "2027-02-22T12:00:00.000Z" },
    { name: "two years", type: "YEARS", value: 2, end: "2028-11-22T12:00:00.000Z" },
    {
      name: "an absolute second",
      type: "ABSOLUTE",
      value: startSeconds + 90,
      end: "2026-11-22T12:01:30.000Z",
    },
    { name: "a UTCTime", type: "END_DATE", value: 300101120000, end: "2030-01-01T12:00:00.000Z" },
    { name: "a GeneralizedTime", type: "END_DATE", value: 20300101120000, end: "2030-01-01T12:00:00.000Z" },
  ])("$name ends as asked, and starts an hour before issuance", async ({ type, value, end }) => {
    const arn = await issue(pca, root, { Validity: { Type: type, Value: value } });
    const certificate = new X509Certificate((await fetchCertificate(pca, root, arn)).certificate);
    expect(certificate.validToDate.toISOString()).toBe(end);
    expect(certificate.validFromDate.toISOString()).toBe("2026-11-22T11:00:00.000Z");
  });

  it("may end with the CA's certificate and not a second later", async () => {
    const end = Date.UTC(2046, 10, 22, 12) / 1000;
    expect(await issue(pca, root, { Validity: { Type: "ABSOLUTE", Value: end } })).toContain("/certificate/");
    expect(await nameOf(issue(pca, root, { Validity: { Type: "ABSOLUTE", Value: end + 1 } }))).toBe(
      "ValidationException",
    );
  });

  it("must end at least a second ahead", async () => {
    expect(await issue(pca, root, { Validity: { Type: "ABSOLUTE", Value: startSeconds + 1 } })).toContain(
      "/certificate/",
    );
    expect(await nameOf(issue(pca, root, { Validity: { Type: "ABSOLUTE", Value: startSeconds } }))).toBe(
      "ValidationException",
    );
  });

  it("starts at ValidityNotBefore without moving its end, and ABSOLUTE is the only type for it", async () => {
    const start = startSeconds + 3600;
    const arn = await issue(pca, root, { ValidityNotBefore: { Type: "ABSOLUTE", Value: start } });
    const certificate = new X509Certificate((await fetchCertificate(pca, root, arn)).certificate);
    expect(certificate.validFromDate.toISOString()).toBe("2026-11-22T13:00:00.000Z");
    expect(certificate.validToDate.toISOString()).toBe("2026-12-02T12:00:00.000Z");
    const days = { ValidityNotBefore: { Type: "DAYS", Value: 1 } } as const;
    expect(await nameOf(issue(pca, root, days))).toBe("ValidationException");
  });

  it.each([
    { name: "zero days", Validity: { Type: "DAYS", Value: 0 } },
    { name: "31 February", Validity: { Type: "END_DATE", Value: 270231000000 } },
    { name: "the year 12000", Validity: { Type: "YEARS", Value: 9974 } },
  ] as const)("refuses $name", async ({ Validity }) => {
    expect(await nameOf(issue(pca, root, { Validity }))).toBe("ValidationException");
  });

  it("of a short-lived CA's certificate is seven days at most", async () => {
    const short = await activeRoot(pca, { UsageMode: "SHORT_LIVED_CERTIFICATE" });
    expect(await issue(pca, short, { Validity: { Type: "DAYS", Value: 7 } })).toContain("/certificate/");
    expect(await nameOf(issue(pca, short, { Validity: { Type: "DAYS", Value: 8 } }))).toBe(
      "ValidationException",
    );
  });
});

describe("a request to issue", () => {
  let pca: Pca;
  let root: string;
  beforeAll(async () => {
    pca = await startPca();
    root = await activeRoot(pca);
  });
  afterAll(() => stopPca(pca));

  const flipped = (() => {
    const der = Buffer.from(DEVICE_CSR.replace(/-----[^-]+-----|\s/g, ""), "base64");
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  })();

  it.each([
    { name: "text that is no CSR", csr: "hello" },
    { name: "two CSRs", csr: `${DEVICE_CSR}\n${DEVICE_CSR}` },
    { name: "a truncated CSR", csr: DEVICE_CSR.replace(/\n[^\n]+\n(?=-----END)/, "\n") },
    { name: "a CSR whose signature is wrong", csr: flipped },
    { name: "a CSR with neither subject nor alternative name", csr: makeCsr("/") },
    { name: "a CSR with an Ed25519 key", csr: makeCsr("/CN=ed", [], "ed25519") },
  ])("refuses $name", async ({ csr }) => {
    expect(await nameOf(issue(pca, root, { csr }))).toBe("MalformedCSRException");
  });

  it.each([
    { name: "an alternative name alone", csr: makeCsr("/", ["subjectAltName=URI:urn:x"]) },
    { name: "an RSA key under an EC CA", csr: makeCsr("/CN=rsa", [], "rsa:2048") },
    { name: "a P-521 key", csr: makeCsr("/CN=p521", [], "ec:P-521") },
  ])("takes $name", async ({ csr }) => {
    expect(await issue(pca, root, { csr })).toContain("/certificate/");
  });

  it("may carry a CSR of 32,768 octets and not of 32,769", async () => {
    const padded = (size: number): string => DEVICE_CSR.padEnd(size, "\n");
    expect(await issue(pca, root, { csr: padded(32_768) })).toContain("/certificate/");
    expect(await nameOf(issue(pca, root, { csr: padded(32_769) }))).toBe("ValidationException");
    expect(await nameOf(issue(pca, root, { csr: "" }))).toBe("ValidationException");
  });

  it("must sign with an algorithm of the CA key's family", async () => {
    expect(await issue(pca, root, { SigningAlgorithm: "SHA512WITHECDSA" })).toContain("/certificate/");
    expect(await nameOf(issue(pca, root, { SigningAlgorithm: "SHA256WITHRSA" }))).toBe(
      "InvalidArgsException",
    );
    // An algorithm that the SDK's type does not have.
    const bogus = { SigningAlgorithm: "MD5WITHRSA" as "SHA256WITHRSA" };
    expect((await failure(issue(pca, root, bogus))).message).toContain(
      "Member must satisfy enum value set: [SHA256WITHECDSA",
    );
  });

  it("names every missing member at once", async () => {
    // The SDK's types would not let these out.
    const nothing = new IssueCertificateCommand(
      {} as ConstructorParameters<typeof IssueCertificateCommand>[0],
    );
    const { name, message } = await failure(pca.client.send(nothing));
    expect(name).toBe("ValidationException");
    expect(message).toMatch(
      /^4 validation errors detected: Value null at 'certificateAuthorityArn' failed to satisfy constraint: Member must not be null; /,
    );
  });

  it("must name a CA that exists, in an ARN of a CA", async () => {
    const unknown = root.replace(/[0-9a-f]{12}$/, "000000000000");
    expect(await nameOf(issue(pca, unknown))).toBe("ResourceNotFoundException");
    expect(await nameOf(issue(pca, "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/x"))).toBe(
      "InvalidArnException",
    );
    expect(await nameOf(issue(pca, "not an arn"))).toBe("ValidationException");
    expect(await nameOf(issue(pca, root.replace("us-east-1", "eu-west-1")))).toBe(
      "ResourceNotFoundException",
    );
  });

  it("is refused while the CA is disabled, and once it has expired", async () => {
    const own = await startPca();
    const arn = await activeRoot(own);
    const set = (Status: "ACTIVE" | "DISABLED") =>
      own.client.send(new UpdateCertificateAuthorityCommand({ CertificateAuthorityArn: arn, Status }));
    await set("DISABLED");
    expect(await failure(issue(own, arn))).toEqual({
      name: "InvalidStateException",
      message: "The certificate authority is not in a valid state for issuing certificates",
    });
    await set("ACTIVE");
    expect(await issue(own, arn)).toContain("/certificate/");
    own.clock.advance(21 * 366 * 24 * 60 * MINUTE_MS);
    expect(await nameOf(issue(own, arn))).toBe("InvalidStateException");
    await stopPca(own);
  });
});

describe("a quota", () => {
  it("of certificates holds for each CA, to the last one", async () => {
    const pca = await startPca({ quotas: { certificatesPerAuthority: 3 } });
    const root = await activeRoot(pca);
    await issue(pca, root);
    await issue(pca, root, { IdempotencyToken: "third" });
    expect(await nameOf(issue(pca, root))).toBe("LimitExceededException");
    // A retry of what was issued is no new certificate.
    expect(await issue(pca, root, { IdempotencyToken: "third" })).toContain("/certificate/");
    expect(await issue(pca, await activeRoot(pca))).toContain("/certificate/");
    await stopPca(pca);
  });

  it("of CAs holds for the account", async () => {
    const pca = await startPca({ quotas: { authorities: 1 } });
    await createAuthority(pca);
    expect(await nameOf(createAuthority(pca))).toBe("LimitExceededException");
    await stopPca(pca);
  });

  it("of 25 issuances a second throttles the 26th and recovers", async () => {
    const pca = await startPca({ limits: "aws" });
    const root = await activeRoot(pca);
    pca.clock.advance(1000);
    const burst = await Promise.all(Array.from({ length: 26 }, () => nameOf(issue(pca, root))));
    expect(burst.filter(name => name === "ThrottlingException")).toHaveLength(1);
    expect(burst.filter(name => name === "(no error)")).toHaveLength(25);
    pca.clock.advance(40);
    expect(await nameOf(issue(pca, root))).toBe("(no error)");
    expect(await nameOf(issue(pca, root))).toBe("ThrottlingException");
    await stopPca(pca);
  });

  it("of 75 reads a second throttles the 76th", async () => {
    const pca = await startPca({ limits: "aws" });
    const root = await activeRoot(pca);
    const arn = await issue(pca, root);
    pca.clock.advance(1000);
    const burst = await Promise.all(
      Array.from({ length: 76 }, () => nameOf(fetchCertificate(pca, root, arn))),
    );
    expect(burst.filter(name => name === "ThrottlingException")).toHaveLength(1);
    await stopPca(pca);
  });
});
