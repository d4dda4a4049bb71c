import { type ApiPassthrough, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  activeRoot,
  DEVICE_CSR,
  fetchCertificate,
  issue,
  issuedText,
  makeCsr,
  nameOf,
  openssl,
  type Pca,
  startPca,
  stopPca,
  TEMPLATE,
  text,
} from "./fixture.ts";

let pca: Pca;
let root: string;

beforeAll(async () => {
  pca = await startPca();
  root = await activeRoot(pca);
});
afterAll(() => stopPca(pca));

// Everything an attacker would like: a CA, certificate signing, another usage, a policy of their own.
const smuggling = makeCsr("/CN=mallory", [
  "subjectAltName=DNS:admin.example,URI:urn:example:admin",
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign,cRLSign",
  "extendedKeyUsage=serverAuth,codeSigning",
  "certificatePolicies=1.2.3.4",
]);

describe("what each template puts into a certificate", () => {
  it.each([
    {
      template: "EndEntityCertificate",
      usage: "TLS Web Server Authentication, TLS Web Client Authentication",
    },
    { template: "EndEntityClientAuthCertificate", usage: "TLS Web Client Authentication" },
    { template: "EndEntityServerAuthCertificate", usage: "TLS Web Server Authentication" },
    { template: "EndEntityClientAuthCertificate_APIPassthrough", usage: "TLS Web Client Authentication" },
    { template: "EndEntityClientAuthCertificate_CSRPassthrough", usage: "TLS Web Client Authentication" },
    { template: "EndEntityClientAuthCertificate_APICSRPassthrough", usage: "TLS Web Client Authentication" },
  ])("$template fixes usages and CA:FALSE against a CSR that asks for more", async ({ template, usage }) => {
    const printed = await issuedText(pca, root, { csr: smuggling, TemplateArn: TEMPLATE(template) });
    expect(printed).toMatch(/Basic Constraints: \n\s+CA:FALSE/);
    expect(printed).toMatch(/Key Usage: critical\n\s+Digital Signature, Key Encipherment\n/);
    expect(printed).toMatch(new RegExp(`Extended Key Usage: \\n\\s+${usage}\\n`));
    expect(printed).not.toContain("Certificate Sign");
    expect(printed).not.toContain("Code Signing");
    expect(printed).toContain("Authority Key Identifier");
    expect(printed).toContain("Subject Key Identifier");
  });

  it("EndEntityCertificate/V1 is the default", async () => {
    const input = { CertificateAuthorityArn: root, Csr: Buffer.from(DEVICE_CSR) };
    const issued = await pca.client.send(
      new IssueCertificateCommand({
        ...input,
        SigningAlgorithm: "SHA256WITHECDSA",
        Validity: { Type: "DAYS", Value: 1 },
      }),
    );
    const { certificate } = await fetchCertificate(pca, root, text(issued.CertificateArn));
    const printed = openssl(["x509", "-noout", "-text"], certificate);
    expect(printed).toContain("TLS Web Server Authentication, TLS Web Client Authentication");
  });

  it("the CSR's subject and alternative names are copied unvalidated by every template without API names", async () => {
    const printed = await issuedText(pca, root, {
      csr: smuggling,
      TemplateArn: TEMPLATE("EndEntityClientAuthCertificate"),
    });
    expect(printed).toContain("Subject: CN=mallory");
    expect(printed).toContain("DNS:admin.example, URI:urn:example:admin");
  });

  it("only CSRPassthrough lets an extension of the CSR through", async () => {
    const through = {
      csr: smuggling,
      TemplateArn: TEMPLATE("EndEntityClientAuthCertificate_CSRPassthrough"),
    };
    const not = { csr: smuggling, TemplateArn: TEMPLATE("EndEntityClientAuthCertificate") };
    expect(await issuedText(pca, root, through)).toContain("Policy: 1.2.3.4");
    expect(await issuedText(pca, root, not)).not.toContain("Policy: 1.2.3.4");
  });

  it("a blank CSRPassthrough certificate can carry certificate signing, which is why it must not be used", async () => {
    const printed = await issuedText(pca, root, {
      csr: smuggling,
      TemplateArn: TEMPLATE("BlankEndEntityCertificate_CSRPassthrough"),
    });
    expect(printed).toContain("Certificate Sign, CRL Sign");
    expect(printed).toContain("TLS Web Server Authentication, Code Signing");
    expect(printed).toMatch(/CA:FALSE/);
  });

  it("a template that does not exist is refused, also one of the right shape", async () => {
    const wrong = [
      TEMPLATE("NoSuchCertificate"),
      TEMPLATE("RootCACertificate_CSRPassthrough"),
      "arn:aws:acm-pca:::template/EndEntityCertificate/V2",
    ];
    for (const TemplateArn of wrong)
      expect(await nameOf(issue(pca, root, { TemplateArn }))).toBe("InvalidArnException");
    expect(await nameOf(issue(pca, root, { TemplateArn: "EndEntityCertificate" }))).toBe(
      "ValidationException",
    );
  });
});

describe("API passthrough", () => {
  const ApiPassthrough = {
    Subject: { CommonName: "device-9", OrganizationalUnit: "slot=00000042;v1 a,b", Organization: "Example" },
    Extensions: { SubjectAlternativeNames: [{ UniformResourceIdentifier: "urn:example:device-9" }] },
  };

  it("replaces subject and alternative names of the CSR, the unit exactly as passed", async () => {
    const printed = await issuedText(pca, root, { csr: smuggling, ApiPassthrough });
    expect(printed).toContain("Subject: CN=device-9,OU=slot=00000042\\;v1 a\\,b,O=Example\n");
    expect(printed).toMatch(/Subject Alternative Name: \n\s+URI:urn:example:device-9\n/);
    expect(printed).not.toContain("mallory");
    expect(printed).not.toContain("admin");
    expect(pca.server.ledger().at(-1)?.subject).toBe("CN=device-9,OU=slot=00000042\\;v1 a\\,b,O=Example");
  });

  it.each(["EndEntityClientAuthCertificate", "EndEntityClientAuthCertificate_CSRPassthrough"])(
    "is silently ignored by %s",
    async template => {
      const printed = await issuedText(pca, root, {
        csr: smuggling,
        ApiPassthrough,
        TemplateArn: TEMPLATE(template),
      });
      expect(printed).toContain("Subject: CN=mallory");
      expect(printed).not.toContain("device-9");
    },
  );

  it("cannot override what the template fixes, and can with a blank one", async () => {
    const wider: ApiPassthrough = {
      Extensions: {
        KeyUsage: { KeyCertSign: true },
        ExtendedKeyUsage: [{ ExtendedKeyUsageType: "CODE_SIGNING" }],
      },
    };
    expect(await issuedText(pca, root, { ApiPassthrough: wider })).not.toMatch(
      /Certificate Sign|Code Signing/,
    );
    const blank = {
      ApiPassthrough: wider,
      TemplateArn: TEMPLATE("BlankEndEntityCertificate_APIPassthrough"),
    };
    expect(await issuedText(pca, root, blank)).toMatch(/Certificate Sign[\s\S]*Code Signing/);
  });

  it("puts the attributes of a subject in the order of the API model", async () => {
    const Subject = {
      Locality: "Seattle",
      SerialNumber: "42",
      CommonName: "c",
      State: "WA",
      DistinguishedNameQualifier: "q",
      OrganizationalUnit: "u",
      Organization: "o",
      Country: "US",
    };
    // RFC 2253 prints the last attribute first.
    expect(await issuedText(pca, root, { ApiPassthrough: { Subject } })).toContain(
      "Subject: L=Seattle,serialNumber=42,CN=c,ST=WA,dnQualifier=q,OU=u,O=o,C=US",
    );
  });

  it("encodes every kind of alternative name that OpenSSL can read", async () => {
    const SubjectAlternativeNames = [
      { DnsName: "a.example" },
      { Rfc822Name: "a@example" },
      { IpAddress: "192.0.2.7" },
      { IpAddress: "2001:db8::7" },
      { RegisteredId: "1.2.3.4" },
      { DirectoryName: { CommonName: "dir" } },
      { OtherName: { TypeId: "1.3.6.1.4.1.311.20.2.3", Value: "upn@example" } },
    ];
    const printed = await issuedText(pca, root, {
      ApiPassthrough: { Extensions: { SubjectAlternativeNames } },
    });
    expect(printed).toContain(
      "DNS:a.example, email:a@example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7",
    );
    expect(printed).toMatch(
      /Registered ID:1.2.3.4, DirName:\/?CN\s?=\s?dir, othername:\s?(UPN::?)?upn@example/,
    );
  });

  it("carries custom extensions and policies", async () => {
    const Extensions = {
      CustomExtensions: [
        { ObjectIdentifier: "1.2.3.4.5", Value: Buffer.from([5, 0]).toString("base64"), Critical: true },
      ],
      CertificatePolicies: [
        {
          CertPolicyId: "1.2.3.9",
          PolicyQualifiers: [
            { PolicyQualifierId: "CPS" as const, Qualifier: { CpsUri: "http://cps.example" } },
          ],
        },
      ],
    };
    const printed = await issuedText(pca, root, { ApiPassthrough: { Extensions } });
    expect(printed).toMatch(/1\.2\.3\.4\.5: critical/);
    expect(printed).toMatch(/Policy: 1\.2\.3\.9\n\s+CPS: http:\/\/cps\.example/);
  });

  it.each([
    {
      name: "custom attributes beside standard ones",
      api: { Subject: { CommonName: "c", CustomAttributes: [{ ObjectIdentifier: "2.5.4.3", Value: "x" }] } },
    },
    { name: "an empty subject", api: { Subject: {} } },
    {
      name: "a general name of two kinds",
      api: { Extensions: { SubjectAlternativeNames: [{ DnsName: "a", Rfc822Name: "a@b" }] } },
    },
    { name: "a general name of no kind", api: { Extensions: { SubjectAlternativeNames: [{}] } } },
    {
      name: "an IP address that is none",
      api: { Extensions: { SubjectAlternativeNames: [{ IpAddress: "1.2.3" }] } },
    },
    { name: "an extended usage of no kind", api: { Extensions: { ExtendedKeyUsage: [{}] } } },
  ])("refuses $name", async ({ api }) => {
    expect(await nameOf(issue(pca, root, { ApiPassthrough: api }))).toBe("InvalidArgsException");
  });

  it("takes custom attributes alone", async () => {
    const Subject = { CustomAttributes: [{ ObjectIdentifier: "2.5.4.3", Value: "custom" }] };
    expect(await issuedText(pca, root, { ApiPassthrough: { Subject } })).toContain("Subject: CN=custom");
  });

  it.each([
    { field: "CommonName", limit: 64 },
    { field: "OrganizationalUnit", limit: 64 },
    { field: "SerialNumber", limit: 64 },
    { field: "State", limit: 128 },
    { field: "Surname", limit: 40 },
  ])("takes a $field of $limit characters and refuses one more", async ({ field, limit }) => {
    const of = (length: number) =>
      issue(pca, root, { ApiPassthrough: { Subject: { [field]: "x".repeat(length) } } });
    expect(await of(limit)).toContain("/certificate/");
    expect(await nameOf(of(limit + 1))).toBe("ValidationException");
  });

  it.each(["U", "USA", "1A"])("refuses %s as a country", async Country => {
    expect(await nameOf(issue(pca, root, { ApiPassthrough: { Subject: { Country } } }))).toBe(
      "ValidationException",
    );
  });
});
