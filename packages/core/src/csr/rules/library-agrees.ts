// A second, unrelated parser reads the same request: typed by the X.509 schema, written back, byte for byte equal.

import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type Bytes, sameBytes } from "../bytes.ts";
import type { DerRule } from "./rule.ts";

export const libraryAgrees: DerRule = {
  name: "library-agrees",
  citation: "threats B7, B9: validator and signer read the same bytes",
  // Of BER, or of another object, the rules for those already speak.
  applies: ({ reading, request }) => reading.findings.length === 0 && request?.kind === "request",
  check: ({ bytes }) => {
    const rewritten = rewrite(bytes);
    return rewritten !== undefined && sameBytes(rewritten, bytes)
      ? []
      : [{ code: "csr.parsers_disagree", detail: "a second parser reads the request differently" }];
  },
};

function rewrite(der: Bytes): Bytes | undefined {
  try {
    const request = AsnConvert.parse(der, CertificationRequest);
    // Without its cached raw bytes the library has to write what it understood.
    delete request.certificationRequestInfoRaw;
    return new Uint8Array(AsnConvert.serialize(request));
  } catch {
    return undefined; // The library throws on what it cannot read; that is the answer.
  }
}
