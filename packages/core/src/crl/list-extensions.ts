// What a list says of itself: its number, and whether it is the whole truth about its issuer's certificates.
// Only such a list may replace the one before it; a partial one would let in whatever it leaves out.
import { toUnsigned } from "#core/csr/bytes.ts";
import { universal } from "#core/csr/der/element.ts";
import type { CrlFinding } from "./crl.ts";
import { type CrlExtension, sequence } from "./extension.ts";
import { expect, malformed, membersOf, type Scanned, scan } from "./scan-der.ts";

const oids = {
  crlNumber: "2.5.29.20",
  deltaIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  authorityKeyIdentifier: "2.5.29.35",
} as const;

export type ListExtensions = {
  readonly number: bigint | undefined;
  readonly findings: readonly CrlFinding[];
};

export function judgeListExtensions(extensions: readonly CrlExtension[]): ListExtensions {
  const byOid = new Map(extensions.map(extension => [extension.oid, extension]));
  const number = byOid.get(oids.crlNumber);
  const scope = byOid.get(oids.issuingDistributionPoint);
  const known: ReadonlySet<string> = new Set(Object.values(oids));
  return {
    number: number && readNumber(number),
    findings: [
      ...(byOid.has(oids.deltaIndicator)
        ? [{ code: "crl.delta", detail: "a delta list says only what has changed; send the complete one" }]
        : []),
      ...(scope === undefined ? [] : judgeScope(scope)),
      // 5.2: a list with a critical extension that is not understood must not be used.
      ...extensions
        .filter(({ oid, critical }) => critical && !known.has(oid))
        .map(({ oid }) => ({
          code: "crl.critical_extension",
          detail: `the critical extension ${oid} is not known`,
        })),
    ],
  };
}

function readNumber({ value }: CrlExtension): bigint {
  const [number, ...more] = scan(value);
  const { contents } = expect(number, universal.integer, "the CRL number");
  // 5.2.3: at most 20 octets, never negative.
  if (more.length > 0 || contents.length > 21 || (contents[0] ?? 0) >= 0x80) {
    return malformed("the CRL number is negative or has more than 20 octets");
  }
  return toUnsigned(contents);
}

/** By context tag. 5.2.5: [1] onlyContainsUserCerts leaves out CAs, which are no clients, and is all right. */
const scopes: Readonly<Record<number, CrlFinding>> = {
  0: {
    code: "crl.partial",
    detail: "the list is for one distribution point; others may revoke certificates that it does not name",
  },
  1: { code: "", detail: "" },
  2: { code: "crl.partial", detail: "the list is about CA certificates only" },
  3: { code: "crl.partial", detail: "the list is about some reasons only" },
  4: { code: "crl.indirect", detail: "an indirect list speaks for other issuers too" },
  5: { code: "crl.partial", detail: "the list is about attribute certificates only" },
};

function judgeScope({ value }: CrlExtension): readonly CrlFinding[] {
  const [scope, ...more] = scan(value);
  if (more.length > 0) return malformed("the issuing distribution point has another shape");
  return membersOf(scope, sequence, "the issuing distribution point").flatMap(field => {
    const finding =
      scopes[field.identifier & 0x1f] ?? malformed("the issuing distribution point has more fields");
    return finding.code === "" || isFalse(field) ? [] : [finding];
  });
}

/** DER leaves a FALSE out; one that is spelled out still means no. */
function isFalse({ identifier, contents }: Scanned): boolean {
  return identifier !== 0xa0 && identifier !== 0x83 && contents.length === 1 && contents[0] === 0;
}
