import { mkdtempSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RevokeCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "#local/wire/aws-json.ts";
import { faultInjector } from "#local/wire/faults.ts";
import {
  activeRoot,
  failure,
  fetchCertificate,
  handClock,
  issue,
  nameOf,
  startPca,
  stopPca,
  verifyWithOpenssl,
} from "./fixture.ts";

describe("state on disk", () => {
  let stateDirectory: string;
  beforeEach(() => {
    stateDirectory = join(mkdtempSync(join(tmpdir(), "pca-state-")), "state");
  });
  afterEach(() => rmSync(stateDirectory, { recursive: true, force: true }));

  it("survives a restart: CAs, keys, certificates, revocations, tokens and counts", async () => {
    const clock = handClock();
    const quotas = { certificatesPerAuthority: 4 };
    const before = await startPca({ stateDirectory, quotas }, clock);
    const root = await activeRoot(before);
    const kept = await issue(before, root, { IdempotencyToken: "kept" });
    const revoked = await issue(before, root);
    const revocation = new RevokeCertificateCommand({
      CertificateAuthorityArn: root,
      CertificateSerial: revoked.slice(-32),
      RevocationReason: "SUPERSEDED",
    });
    await before.client.send(revocation);
    const ledger = before.server.ledger();
    await stopPca(before);

    const after = await startPca({ stateDirectory, quotas }, clock);
    expect(after.server.ledger()).toEqual(ledger);
    expect(await issue(after, root, { IdempotencyToken: "kept" })).toBe(kept);
    expect(await nameOf(after.client.send(revocation))).toBe("RequestAlreadyProcessedException");
    const { certificate, chain = "" } = await fetchCertificate(after, root, await issue(after, root));
    expect(verifyWithOpenssl(certificate, chain)).toContain("OK");
    expect(await nameOf(issue(after, root))).toBe("LimitExceededException");
    await stopPca(after);
  });

  it("has a certificate ready after a restart that was acknowledged but not yet delivered", async () => {
    const before = await startPca({ stateDirectory });
    const root = await activeRoot(before);
    await stopPca(before);
    const slow = await startPca({ stateDirectory, issueDelayMs: { min: 60_000, max: 60_000 } });
    const arn = await issue(slow, root);
    expect(await nameOf(fetchCertificate(slow, root, arn))).toBe("RequestInProgressException");
    const serial = arn.slice(-32);
    const tooEarly = new RevokeCertificateCommand({
      CertificateAuthorityArn: root,
      CertificateSerial: serial,
      RevocationReason: "UNSPECIFIED",
    });
    expect(await nameOf(slow.client.send(tooEarly))).toBe("RequestInProgressException");
    await stopPca(slow);
    const after = await startPca({ stateDirectory });
    expect((await fetchCertificate(after, root, arn)).certificate).toContain("BEGIN CERTIFICATE");
    await stopPca(after);
  });

  it("is readable by its owner only, since CA keys are in it", async () => {
    const pca = await startPca({ stateDirectory });
    await activeRoot(pca);
    expect(statSync(stateDirectory).mode & 0o777).toBe(0o700);
    for (const name of ["acm-pca.sqlite", "acm-pca.sqlite-wal"]) {
      expect(statSync(join(stateDirectory, name)).mode & 0o777).toBe(0o600);
    }
    await stopPca(pca);
  });
});

describe("faults on request", () => {
  it("refuses the next calls with an error of the test's choice, and then works", async () => {
    const faults = faultInjector();
    const pca = await startPca({ faults });
    const root = await activeRoot(pca);
    faults.next(
      "IssueCertificate",
      { kind: "error", error: new AwsError("ThrottlingException", "Rate exceeded") },
      2,
    );
    expect(await nameOf(issue(pca, root))).toBe("ThrottlingException");
    expect(await nameOf(issue(pca, root))).toBe("ThrottlingException");
    expect(faults.left("IssueCertificate")).toBe(0);
    expect(await nameOf(issue(pca, root))).toBe("(no error)");
    await stopPca(pca);
  });

  it("loses a reply after the certificate was issued, and a token recovers it", async () => {
    const faults = faultInjector();
    const pca = await startPca({ faults });
    const root = await activeRoot(pca);
    faults.next("IssueCertificate", { kind: "lost-reply" });
    expect((await failure(issue(pca, root, { IdempotencyToken: "lost" }))).name).not.toBe("(no error)");
    const [, issued] = pca.server.ledger();
    expect(await issue(pca, root, { IdempotencyToken: "lost" })).toBe(issued?.certificateArn);
    expect(pca.server.ledger()).toHaveLength(2);
    await stopPca(pca);
  });

  it("loses a request before any work", async () => {
    const faults = faultInjector();
    const pca = await startPca({ faults });
    const root = await activeRoot(pca);
    faults.next("IssueCertificate", { kind: "lost-request" });
    expect(await nameOf(issue(pca, root))).not.toBe("(no error)");
    expect(pca.server.ledger()).toHaveLength(1);
    await stopPca(pca);
  });

  it("delays a call, and forgets what is cleared", async () => {
    const faults = faultInjector();
    const pca = await startPca({ faults });
    const root = await activeRoot(pca);
    faults.next("IssueCertificate", { kind: "delay", ms: 120 });
    const started = performance.now();
    await issue(pca, root);
    expect(performance.now() - started).toBeGreaterThanOrEqual(119);
    faults.next("IssueCertificate", { kind: "lost-reply" });
    faults.clear();
    expect(await nameOf(issue(pca, root))).toBe("(no error)");
    await stopPca(pca);
  });
});

describe("the wire", () => {
  const post = (
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<{ status: number; body: unknown }> =>
    new Promise((resolve, reject) => {
      const call = request(url, { method: "POST", headers }, response => {
        let answer = "";
        response.on("data", chunk => {
          answer += String(chunk);
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }));
      });
      call.once("error", reject);
      call.end(body);
    });

  it("refuses unsigned calls and members of a wrong type", async () => {
    const pca = await startPca();
    const target = { "x-amz-target": "ACMPrivateCA.DescribeCertificateAuthority" };
    const signed = {
      ...target,
      authorization: "AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/acm-pca/aws4_request",
    };
    expect(await post(pca.server.url, target, "{}")).toMatchObject({
      status: 400,
      body: { __type: "MissingAuthenticationTokenException" },
    });
    expect(await post(pca.server.url, signed, '{"CertificateAuthorityArn":7}')).toMatchObject({
      status: 400,
      body: { __type: "SerializationException" },
    });
    expect(await post(pca.server.url, signed, '{"CertificateAuthorityArn":null}')).toMatchObject({
      body: { __type: "ValidationException" },
    });
    const inherited = { ...signed, "x-amz-target": "ACMPrivateCA.toString" };
    expect(await post(pca.server.url, inherited, "{}")).toMatchObject({
      body: { __type: "UnknownOperationException" },
    });
    await stopPca(pca);
  });
});
