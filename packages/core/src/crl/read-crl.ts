// CertificateList (RFC 5280, 5.1) taken apart, strictly and in one pass.
import type { Bytes } from "#core/csr/bytes.ts";
import { sameBytes } from "#core/csr/bytes.ts";
import { universal } from "#core/csr/der/element.ts";
import { readDer } from "#core/csr/der/read-der.ts";
import { readAlgorithm } from "#core/csr/request/algorithm.ts";
import type { Crl } from "./crl.ts";
import { readExtensions, sequence } from "./extension.ts";
import { judgeListExtensions } from "./list-extensions.ts";
import { readEntries } from "./read-entries.ts";
import { isTime, readTime } from "./read-time.ts";
import { expect, malformed, membersOf, type Scanned, scan } from "./scan-der.ts";

/** Refuses with `crl.refused` what is not a CertificateList in DER; what it says is judged by its caller. */
export function readCrl(der: Bytes): Crl {
  const [list, ...trailing] = scan(der);
  const [signed, algorithm, signature, ...more] = membersOf(list, sequence, "the list");
  if (trailing.length + more.length > 0) malformed("something follows the signature");
  const bits = expect(signature, universal.bitString, "the signature").contents;
  if (bits[0] !== 0) malformed("the signature is not a string of whole octets");
  return {
    ...readList(signed, algorithm),
    signed: {
      signedBytes: expect(signed, sequence, "the signed part").encoded,
      signatureAlgorithm: readSignatureAlgorithm(algorithm),
      signature: bits.subarray(1),
    },
  };
}

function readList(signed: Scanned | undefined, outer: Scanned | undefined): Omit<Crl, "signed"> {
  const fields = membersOf(signed, sequence, "the signed part");
  const version = fields[0]?.identifier === universal.integer ? fields.shift() : undefined;
  // 5.1.2.1: version 2 is written as 1; version 1 is not written.
  if (version !== undefined && (version.contents.length !== 1 || version.contents[0] !== 1)) {
    malformed("the version is neither 1 nor 2");
  }
  const [algorithm, issuer, thisUpdate, ...rest] = fields;
  // 5.1.1.2: both copies are the same, else the signed one says nothing about the used one.
  if (algorithm === undefined || outer === undefined || !sameBytes(algorithm.encoded, outer.encoded)) {
    malformed("the two signature algorithms differ");
  }
  const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined;
  const revoked = rest[0]?.identifier === sequence ? rest.shift() : undefined;
  const [extensions, ...more] = rest;
  if (more.length > 0 || (extensions !== undefined && version === undefined)) {
    malformed("the signed part has more fields");
  }
  const said = judgeListExtensions(readWrapped(extensions));
  const { entries, findings } = readEntries(revoked, version !== undefined);
  return {
    issuer: expect(issuer, sequence, "the issuer").encoded,
    thisUpdate: readTime(thisUpdate, "thisUpdate"),
    nextUpdate: nextUpdate && readTime(nextUpdate, "nextUpdate"),
    number: said.number,
    entries,
    findings: [...said.findings, ...findings],
  };
}

/** crlExtensions are behind an explicit [0]. */
function readWrapped(wrapper: Scanned | undefined) {
  if (wrapper === undefined) return [];
  const [list, ...more] = membersOf(wrapper, 0xa0, "the list's extensions");
  return more.length > 0 ? malformed("the list's extensions have another shape") : readExtensions(list);
}

function readSignatureAlgorithm(element: Scanned | undefined) {
  const bytes: Bytes = expect(element, sequence, "the signature algorithm").encoded;
  const { root, findings } = readDer(bytes);
  const algorithm = findings.length > 0 ? undefined : readAlgorithm(root);
  return algorithm ?? malformed("the signature algorithm has another shape");
}
