// revokedCertificates (RFC 5280, 5.1.2.6 and 5.3): serial, date and reason of each.
import { toHex } from "#core/csr/bytes.ts";
import { universal } from "#core/csr/der/element.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { type CrlEntry, type CrlFinding, type CrlReason, crlReasons, mostCrlEntries } from "./crl.ts";
import { readExtensions, sequence } from "./extension.ts";
import { readTime } from "./read-time.ts";
import { expect, malformed, type Scanned, scan } from "./scan-der.ts";

const oids = { reason: "2.5.29.21", certificateIssuer: "2.5.29.29" } as const;

export type ReadEntries = {
  readonly entries: ReadonlyMap<Serial, CrlEntry>;
  readonly findings: readonly CrlFinding[];
};

/** `extended`: the list is of version 2, whose entries may have extensions. */
export function readEntries(list: Scanned | undefined, extended: boolean): ReadEntries {
  const entries = new Map<Serial, CrlEntry>();
  // A finding that a hundred thousand entries share stands once.
  const findings = new Map<string, CrlFinding>();
  for (const element of list === undefined ? [] : scan(list.contents)) {
    if (entries.size === mostCrlEntries) {
      const detail = `more than ${mostCrlEntries} entries`;
      return { entries, findings: [{ code: "crl.too_many_entries", detail }, ...findings.values()] };
    }
    const [number, date, extensions, ...more] = scan(expect(element, sequence, "an entry").contents);
    if (more.length > 0 || (extensions !== undefined && !extended)) malformed("an entry has more fields");
    const judged = judgeEntryExtensions(extensions);
    for (const finding of judged.findings) findings.set(finding.detail, finding);
    entries.set(readSerial(number), {
      revokedAt: readTime(date, "an entry's date"),
      reason: judged.reason,
    });
  }
  return { entries, findings: [...findings.values()] };
}

/** The octets as they stand, sign octet and all, which is how the edge sees those of a certificate too. */
function readSerial(element: Scanned | undefined): Serial {
  const { contents } = expect(element, universal.integer, "an entry's serial number");
  return parseSerial(toHex(contents)) ?? malformed("a serial number has more than 20 octets");
}

type JudgedExtensions = { readonly reason: CrlReason; readonly findings: readonly CrlFinding[] };

const noExtensions: JudgedExtensions = { reason: "unspecified", findings: [] };

function judgeEntryExtensions(list: Scanned | undefined): JudgedExtensions {
  if (list === undefined) return noExtensions;
  const extensions = readExtensions(list);
  const reason = extensions.find(({ oid }) => oid === oids.reason);
  const unknown = extensions.find(({ oid, critical }) => critical && oid !== oids.reason);
  if (unknown?.oid === oids.certificateIssuer) {
    const detail = "an entry names another issuer: an indirect list";
    return { ...noExtensions, findings: [{ code: "crl.indirect", detail }] };
  }
  if (unknown !== undefined) {
    const detail = `the critical entry extension ${unknown.oid} is not known`;
    return { ...noExtensions, findings: [{ code: "crl.critical_extension", detail }] };
  }
  return { reason: reason === undefined ? "unspecified" : readReason(reason.value), findings: [] };
}

function readReason(value: Scanned["contents"]): CrlReason {
  const [element, ...more] = scan(value);
  const { contents } = expect(element, universal.enumerated, "a reason");
  const code = contents[0] ?? -1;
  const reasons: Readonly<Record<number, CrlReason>> = crlReasons;
  const reason = contents.length === 1 && more.length === 0 ? reasons[code] : undefined;
  return reason ?? malformed(`${code} is no reason for a complete list`);
}
