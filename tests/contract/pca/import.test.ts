import {
  GetCertificateAuthorityCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  activeRoot,
  authorityCsr,
  createAuthority,
  fetchCertificate,
  issue,
  nameOf,
  type Pca,
  startPca,
  statusOf,
  stopPca,
  TEMPLATE,
  text,
} from "./fixture.ts";

let pca: Pca;
beforeEach(async () => {
  pca = await startPca();
});
afterEach(() => stopPca(pca));

describe("ImportCertificateAuthorityCertificate", () => {
  const install = (arn: string, certificate: string, chain?: string) =>
    pca.client.send(
      new ImportCertificateAuthorityCertificateCommand({
        CertificateAuthorityArn: arn,
        Certificate: Buffer.from(certificate),
        ...(chain === undefined ? {} : { CertificateChain: Buffer.from(chain) }),
      }),
    );
  async function subordinateOf(root: string) {
    const arn = await createAuthority(pca, {
      CertificateAuthorityType: "SUBORDINATE",
      commonName: "Issuing",
    });
    const issued = await issue(pca, root, {
      csr: await authorityCsr(pca, arn),
      TemplateArn: TEMPLATE("SubordinateCACertificate_PathLen0"),
    });
    const { certificate, chain } = await fetchCertificate(pca, root, issued);
    return { arn, certificate, chain: text(chain) };
  }

  it("refuses a subordinate without its chain, with itself in it, or with another CA's", async () => {
    const { arn, certificate, chain } = await subordinateOf(await activeRoot(pca));
    const { chain: foreign } = await subordinateOf(await activeRoot(pca));
    expect(await nameOf(install(arn, certificate))).toBe("InvalidRequestException");
    expect(await nameOf(install(arn, certificate, `${certificate}\n${chain}`))).toBe(
      "MalformedCertificateException",
    );
    expect(await nameOf(install(arn, certificate, foreign))).toBe("CertificateMismatchException");
    expect(await statusOf(pca, arn)).toBe("PENDING_CERTIFICATE");
    await install(arn, certificate, chain);
    expect(await statusOf(pca, arn)).toBe("ACTIVE");
  });

  it("refuses a certificate for another key, and one of an end entity for the CA's key", async () => {
    const root = await activeRoot(pca);
    const { arn, chain } = await subordinateOf(root);
    const leaf = await fetchCertificate(pca, root, await issue(pca, root));
    expect(await nameOf(install(arn, leaf.certificate, chain))).toBe("CertificateMismatchException");
    const own = await issue(pca, root, {
      csr: await authorityCsr(pca, arn),
      TemplateArn: TEMPLATE("EndEntityCertificate"),
    });
    const { certificate } = await fetchCertificate(pca, root, own);
    expect(await nameOf(install(arn, certificate, chain))).toBe("MalformedCertificateException");
  });

  it("refuses a root with a chain, a root signed by another, and what is no certificate", async () => {
    const root = await activeRoot(pca);
    const own = await pca.client.send(
      new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: root }),
    );
    const certificate = text(own.Certificate);
    expect(await nameOf(install(root, certificate, certificate))).toBe("InvalidRequestException");
    const second = await createAuthority(pca, { commonName: "Second Root" });
    const crossed = await issue(pca, root, {
      csr: await authorityCsr(pca, second),
      TemplateArn: TEMPLATE("SubordinateCACertificate_PathLen0"),
    });
    const cross = await fetchCertificate(pca, root, crossed);
    expect(await nameOf(install(second, cross.certificate))).toBe("InvalidRequestException");
    expect(await nameOf(install(second, "hello"))).toBe("MalformedCertificateException");
    expect(await nameOf(install(root, certificate))).toBe("(no error)");
  });
});
