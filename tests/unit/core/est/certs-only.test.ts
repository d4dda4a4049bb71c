// The certificates of an EST answer: byte for byte, in order, and signed by nobody.
import { beforeAll, describe, expect, it } from "vitest";
import { readDer } from "#core/csr/der/read-der.ts";
import { derOf } from "#core/est/ca-certificates.ts";
import { certsOnly } from "#core/est/certs-only.ts";
import * as x509 from "#core/x509.ts";
import { fromHex } from "#support/der-builder.ts";
import { ecKeys, issueFrom, makeTestCa } from "#support/test-ca.ts";

let certificates: readonly Uint8Array<ArrayBuffer>[];
beforeAll(async () => {
  const ca = await makeTestCa();
  const leaf = await issueFrom(ca, await ecKeys());
  certificates = derOf(leaf + ca.certificatePem);
});

/** An unrelated reader. */
function certificatesIn(pkcs7: Uint8Array<ArrayBuffer>): readonly Uint8Array[] {
  return [...new x509.X509Certificates(pkcs7)].map(({ rawData }) => new Uint8Array(rawData));
}

describe("a certs-only message", () => {
  it("gives the certificates back, byte for byte and in the order given", () => {
    expect(certificatesIn(certsOnly(certificates))).toEqual(certificates);
    const reversed = certificates.toReversed();
    expect(certificatesIn(certsOnly(reversed))).toEqual(reversed);
  });

  it("has version 1, no digest algorithm, no content and no signer (RFC 5652, 5.1 and 5.2)", () => {
    const [contentType, explicit] = readDer(certsOnly([])).root?.children ?? [];
    expect(contentType?.encoded).toEqual(fromHex("06092a864886f70d010702"));
    const [version, digests, content, , signers] = explicit?.children[0]?.children ?? [];
    expect(version?.encoded).toEqual(fromHex("020101"));
    expect(digests?.encoded).toEqual(fromHex("3100"));
    expect(content?.encoded).toEqual(fromHex("300b06092a864886f70d010701"));
    expect(signers?.encoded).toEqual(fromHex("3100"));
  });
});
