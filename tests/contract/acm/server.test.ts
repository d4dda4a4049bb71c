// What ACM shows, keeps, counts and hands to the services that use a certificate.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  GetCertificateCommand,
  type KeyAlgorithm,
  ListCertificatesCommand,
} from "@aws-sdk/client-acm";
import { expect, onTestFinished, test } from "vitest";
import type { AcmServerOptions } from "#local/acm/server.ts";
import { dayMs, fromNoon, type HandClock, noon } from "#support/fixed-time.ts";
import { type Acm, errorOf, importPair, makeMaterial, startAcm, stopAcm, testCa } from "./fixture.ts";

async function acmForTest(options?: Partial<AcmServerOptions>, clock?: HandClock): Promise<Acm> {
  const acm = await startAcm(options, clock);
  onTestFinished(() => stopAcm(acm));
  return acm;
}

const distribution = "arn:aws:cloudfront::111122223333:distribution/E1";

test("a certificate is given back as it came, and no operation gives its key", async () => {
  const acm = await acmForTest();
  const material = await makeMaterial(await testCa());
  const CertificateArn = await importPair(acm, material);
  const got = await acm.client.send(new GetCertificateCommand({ CertificateArn }));
  expect(got).toMatchObject({ Certificate: material.certificate, CertificateChain: material.chain });
  const { Certificate } = await acm.client.send(new DescribeCertificateCommand({ CertificateArn }));
  expect(Certificate).toMatchObject({
    DomainName: "origin.example.com",
    Type: "IMPORTED",
    Status: "ISSUED",
    Issuer: "Origin Root",
    KeyAlgorithm: "EC_prime256v1",
    ExtendedKeyUsages: [{ Name: "TLS_WEB_CLIENT_AUTHENTICATION", OID: "1.3.6.1.5.5.7.3.2" }],
    NotBefore: noon,
    ImportedAt: noon,
    InUseBy: [],
  });
  expect(JSON.stringify([got, Certificate])).not.toContain(material.key.split("\n")[1]);
});

test("a certificate expires with its last second", async () => {
  const acm = await acmForTest();
  const material = await makeMaterial(await testCa(), { notAfter: fromNoon(dayMs) });
  const CertificateArn = await importPair(acm, material);
  const status = async () =>
    (await acm.client.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate?.Status;
  acm.clock.forward(dayMs);
  expect(await status()).toBe("ISSUED");
  acm.clock.forward(1_000);
  expect(await status()).toBe("EXPIRED");
});

test("a listing shows RSA 2048 unless other keys are asked for, page by page", async () => {
  const acm = await acmForTest();
  const ca = await testCa();
  const rsa = await importPair(acm, await makeMaterial(ca, { keyType: "rsa-2048" }));
  const ec = await importPair(acm, await makeMaterial(ca));
  const list = async (keyTypes?: KeyAlgorithm[], more = {}) =>
    acm.client.send(
      new ListCertificatesCommand({ ...(keyTypes === undefined ? {} : { Includes: { keyTypes } }), ...more }),
    );
  const arns = (answer: Awaited<ReturnType<typeof list>>) =>
    answer.CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn);
  expect(arns(await list())).toEqual([rsa]);
  expect(arns(await list(["EC_prime256v1"]))).toEqual([ec]);
  const all: KeyAlgorithm[] = ["RSA_2048", "EC_prime256v1"];
  const first = await list(all, { MaxItems: 1 });
  expect(arns(first)).toEqual([rsa]);
  const second = await list(all, { MaxItems: 1, NextToken: first.NextToken });
  expect(arns(second)).toEqual([ec]);
  expect(second.NextToken).toBeUndefined();
  expect(arns(await list(all, { CertificateStatuses: ["EXPIRED"] }))).toEqual([]);
  expect(await errorOf(list(all, { NextToken: "no" }))).toMatch(/^ValidationException/);
});

test("a service presents the new certificate once the import has spread, and keeps it from being deleted", async () => {
  const acm = await acmForTest({ propagationDelayMs: 60_000 });
  const ca = await testCa();
  const [old, next] = [await makeMaterial(ca), await makeMaterial(ca)];
  const CertificateArn = await importPair(acm, old);
  const current = acm.server.deploy(CertificateArn, distribution);
  await importPair(acm, next, { CertificateArn });
  acm.clock.forward(59_999);
  expect(current()).toEqual({ key: old.key, certificate: `${old.certificate}\n${old.chain}` });
  acm.clock.forward(1);
  expect(current()).toEqual({ key: next.key, certificate: `${next.certificate}\n${next.chain}` });
  const remove = () => acm.client.send(new DeleteCertificateCommand({ CertificateArn }));
  expect(await errorOf(remove())).toMatch(/^ResourceInUseException/);
  const { Certificate } = await acm.client.send(new DescribeCertificateCommand({ CertificateArn }));
  expect(Certificate?.InUseBy).toEqual([distribution]);
});

test("a certificate that nothing uses can be deleted once", async () => {
  const acm = await acmForTest();
  const CertificateArn = await importPair(acm, await makeMaterial(await testCa()));
  const remove = () => acm.client.send(new DeleteCertificateCommand({ CertificateArn }));
  await remove();
  expect(await errorOf(remove())).toMatch(/^ResourceNotFoundException/);
});

test("certificates and imports are counted, the imports over 365 days", async () => {
  const acm = await acmForTest({ quotas: { certificates: 1, importsPerYear: 3 } });
  const ca = await testCa();
  const material = await makeMaterial(ca, { notAfter: fromNoon(800 * dayMs) });
  const CertificateArn = await importPair(acm, material);
  expect(await errorOf(importPair(acm, material))).toMatch(/^LimitExceededException/);
  await importPair(acm, material, { CertificateArn });
  await importPair(acm, material, { CertificateArn });
  acm.clock.forward(365 * dayMs - 1);
  expect(await errorOf(importPair(acm, material, { CertificateArn }))).toMatch(/^LimitExceededException/);
  acm.clock.forward(1);
  await importPair(acm, material, { CertificateArn });
});

test("one import a second is let through, and the next is throttled", async () => {
  const acm = await acmForTest({ limits: "aws" });
  const material = await makeMaterial(await testCa());
  await importPair(acm, material);
  expect(await errorOf(importPair(acm, material))).toMatch(/^ThrottlingException/);
  acm.clock.forward(1_000);
  await importPair(acm, material);
});

test("what was acknowledged survives a restart, in a file that nobody else can read", async () => {
  const stateDirectory = join(mkdtempSync(join(tmpdir(), "acm-")), "state");
  onTestFinished(() => rmSync(stateDirectory, { recursive: true, force: true }));
  const material = await makeMaterial(await testCa());
  const before = await startAcm({ stateDirectory });
  const CertificateArn = await importPair(before, material);
  await stopAcm(before);
  expect(statSync(join(stateDirectory, "acm.sqlite")).mode & 0o077).toBe(0);
  const after = await acmForTest({ stateDirectory });
  expect(after.server.deploy(CertificateArn, distribution)().key).toBe(material.key);
});
