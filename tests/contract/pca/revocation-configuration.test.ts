import { UpdateCertificateAuthorityCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activeRoot, issuedText, nameOf, type Pca, startPca, stopPca } from "./fixture.ts";

let pca: Pca;
let root: string;

beforeAll(async () => {
  pca = await startPca();
  root = await activeRoot(pca);
});
afterAll(() => stopPca(pca));

describe("pointers to revocation information", () => {
  it("appear only when the CA is configured for them", async () => {
    expect(await issuedText(pca, root)).not.toMatch(/CRL Distribution|OCSP/);
    await pca.client.send(
      new UpdateCertificateAuthorityCommand({
        CertificateAuthorityArn: root,
        RevocationConfiguration: {
          CrlConfiguration: { Enabled: true, ExpirationInDays: 7, S3BucketName: "crl-bucket" },
          OcspConfiguration: { Enabled: true },
        },
      }),
    );
    const printed = await issuedText(pca, root);
    const id = root.split("/")[1];
    expect(printed).toContain(`URI:http://crl-bucket.s3.us-east-1.amazonaws.com/crl/${id}.crl`);
    expect(printed).toContain("OCSP - URI:http://ocsp.acm-pca.us-east-1.amazonaws.com");
  });

  it.each([
    { name: "a disabled CRL with settings", crl: { Enabled: false, ExpirationInDays: 7 } },
    { name: "a CRL without a bucket", crl: { Enabled: true, ExpirationInDays: 7 } },
    {
      name: "a CNAME with a protocol",
      crl: {
        Enabled: true,
        ExpirationInDays: 7,
        S3BucketName: "crl-bucket",
        CustomCname: "http://crl.example",
      },
    },
  ])("refuse $name", async ({ crl }) => {
    const update = new UpdateCertificateAuthorityCommand({
      CertificateAuthorityArn: root,
      RevocationConfiguration: { CrlConfiguration: crl },
    });
    expect(await nameOf(pca.client.send(update))).toBe("InvalidArgsException");
  });
});
