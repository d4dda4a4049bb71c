import {
  CreateCertificateAuthorityAuditReportCommand,
  DescribeCertificateAuthorityAuditReportCommand,
  RevokeCertificateCommand,
  waitUntilAuditReportCreated,
} from "@aws-sdk/client-acm-pca";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { activeRoot, issue, nameOf, type Pca, startPca, stopPca, text } from "./fixture.ts";

let fauxqs: FauxqsServer;
let s3: S3Client;
let pca: Pca;
let root: string;

beforeAll(async () => {
  fauxqs = await startFauxqs({ port: 0, logger: false, init: { buckets: ["reports"] } });
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${fauxqs.port}`,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});
afterAll(async () => {
  s3.destroy();
  await fauxqs.stop();
});
beforeEach(async () => {
  pca = await startPca({ s3Endpoint: `http://127.0.0.1:${fauxqs.port}` });
  root = await activeRoot(pca);
});
afterEach(() => stopPca(pca));

const create = (format: "JSON" | "CSV" = "JSON", bucket = "reports", from = pca) =>
  from.client.send(
    new CreateCertificateAuthorityAuditReportCommand({
      CertificateAuthorityArn: root,
      S3BucketName: bucket,
      AuditReportResponseFormat: format,
    }),
  );

async function report(format: "JSON" | "CSV"): Promise<{ readonly key: string; readonly body: string }> {
  const { AuditReportId, S3Key } = await create(format);
  const input = { CertificateAuthorityArn: root, AuditReportId };
  await waitUntilAuditReportCreated({ client: pca.client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, input);
  const object = await s3.send(new GetObjectCommand({ Bucket: "reports", Key: S3Key }));
  return { key: text(S3Key), body: text(await object.Body?.transformToString()) };
}

describe("an audit report", () => {
  it("lists what was issued and revoked, in the fields and spellings of AWS", async () => {
    const certificateArn = await issue(pca, root, {
      ApiPassthrough: { Subject: { CommonName: "d", OrganizationalUnit: "u,1" } },
    });
    const serial = certificateArn.slice(-32);
    pca.clock.advance(1000);
    await pca.client.send(
      new RevokeCertificateCommand({
        CertificateAuthorityArn: root,
        CertificateSerial: serial,
        RevocationReason: "SUPERSEDED",
      }),
    );
    const { key, body } = await report("JSON");
    expect(key).toMatch(new RegExp(`^audit-report/${root.split("/")[1]}/[0-9a-f-]{36}\\.json$`));
    const rows: unknown[] = JSON.parse(body);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual({
      awsAccountId: "111122223333",
      certificateArn,
      serial: serial.replace(/(..)(?!$)/g, "$1:"),
      subject: "CN=d,OU=u\\,1",
      notBefore: "2026-11-22T11:00:00+0000",
      notAfter: "2026-12-02T12:00:00+0000",
      issuedAt: "2026-11-22T12:00:00+0000",
      revokedAt: "2026-11-22T12:00:01+0000",
      revocationReason: "SUPERSEDED",
      templateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1",
    });
    expect(rows[0]).not.toHaveProperty("revokedAt");
  });

  it("is CSV on request, with quotes around a subject that has commas", async () => {
    const [header, first] = (await report("CSV")).body.split("\n");
    expect(header).toBe(
      "awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,notAfter,issuedAt,revokedAt,revocationReason,templateArn",
    );
    expect(first).toContain('"CN=Test Root,O=Example,C=US"');
  });

  it("can be had once in 30 minutes for each CA", async () => {
    await create();
    pca.clock.advance(30 * 60_000 - 1);
    expect(await nameOf(create())).toBe("RequestFailedException");
    pca.clock.advance(1);
    expect(await nameOf(create())).toBe("(no error)");
    root = await activeRoot(pca);
    expect(await nameOf(create())).toBe("(no error)");
  });

  it("needs a bucket that exists, a known format, and an id that was given out", async () => {
    expect(await nameOf(create("JSON", "no-such-bucket"))).toBe("ResourceNotFoundException");
    // A format that the SDK's type does not have.
    expect(await nameOf(create("XML" as "JSON"))).toBe("ValidationException");
    const AuditReportId = "00000000-0000-0000-0000-000000000000";
    const describeReport = new DescribeCertificateAuthorityAuditReportCommand({
      CertificateAuthorityArn: root,
      AuditReportId,
    });
    expect(await nameOf(pca.client.send(describeReport))).toBe("ResourceNotFoundException");
    const lonely = await startPca();
    root = await activeRoot(lonely);
    expect(await nameOf(create("JSON", "reports", lonely))).toBe("ResourceNotFoundException");
    await stopPca(lonely);
  });
});
